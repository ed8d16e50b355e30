"""Draws each part of the screen: pure functions from what is known to HTML."""
