"""Each vital sign by itself: its limits, its sensor, and whether it can be judged at all."""
