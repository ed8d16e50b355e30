"""What drives real vehicle clients: units, their monitors, their links and their ways."""
