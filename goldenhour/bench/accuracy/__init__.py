"""Accuracy on recordings: a module for each section of ``docs/accuracy.md``."""
