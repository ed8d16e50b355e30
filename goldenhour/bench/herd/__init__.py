"""What happens when every link was cut for half an hour and all units come back at once."""
