"""The scanner's way out: files or DICOM, an upload that survives cuts, and its gRPC edge."""
