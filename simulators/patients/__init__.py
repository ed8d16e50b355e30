"""What a body shows to a monitor, an electrode and the crew."""
