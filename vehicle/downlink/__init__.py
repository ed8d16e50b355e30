"""What comes down to a unit: messages, requests, limits of staff, what was said of alarms."""
