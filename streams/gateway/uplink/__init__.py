"""The way of a frame from a unit's stream into the log, and of its acknowledgement back."""
