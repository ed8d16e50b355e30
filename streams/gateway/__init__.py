"""gRPC ingress and downlink: checks frames, appends them to the log, acknowledges."""
