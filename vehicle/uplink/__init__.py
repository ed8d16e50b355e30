"""The way out of a unit: stamped, sent, spooled, and thinned where it cannot be carried."""
