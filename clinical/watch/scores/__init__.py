"""Published scores on the newest values, and the alarms that they ask for."""
