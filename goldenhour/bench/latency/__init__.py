"""How long an alarm takes, from what happens to a patient to a subscriber of the feed."""
