"""What the gateway reads of the log, and what it keeps of that for its units."""
