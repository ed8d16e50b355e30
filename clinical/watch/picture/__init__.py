"""One patient as the board shows it."""
