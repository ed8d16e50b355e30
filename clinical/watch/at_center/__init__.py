"""What the center alone judges: a unit that is silent, and what the vehicle's own watch says."""
