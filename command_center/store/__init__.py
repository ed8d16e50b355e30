"""The SQLite projection of the fold, with its migrations."""
