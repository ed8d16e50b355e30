"""Uploads of images: into the object store, and their references into the log."""
