"""What the pages of board and crew share: how an alarm is heard and flashes."""
