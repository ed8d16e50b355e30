"""Adapters from what measures to what the client captures: one file per kind of source."""
