"""The tables of the alarm catalogue, by what an alarm is about."""
