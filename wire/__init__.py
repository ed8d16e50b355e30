"""The only translator to and from protobuf; the topic table and the limits."""
