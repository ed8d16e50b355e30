"""Objects too large for the log: one port, a folder or an S3 bucket behind it, and a twin."""
