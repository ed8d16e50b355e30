"""The CT series of the patients: what the log says of them, and the pixels of each slice."""
