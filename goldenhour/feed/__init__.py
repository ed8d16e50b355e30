"""``goldenhour feed``: the alert feed in a terminal."""
