"""One file per published score, its chart as a table with its citation."""
