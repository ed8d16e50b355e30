"""``goldenhour demo``: everything started, wired and supervised in one terminal."""
