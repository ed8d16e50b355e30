"""Objects too large for the log: one port, a folder behind it, and its in-memory twin."""
