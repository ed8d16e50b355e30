"""What came of a run: what was captured, what the log holds, what was said."""
