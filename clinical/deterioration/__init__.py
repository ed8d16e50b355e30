"""One number for how likely a patient is to be getting worse, with what drives it."""
