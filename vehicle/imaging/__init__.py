"""The scanner's way out: series as files, an upload that survives cuts, and its gRPC edge."""
