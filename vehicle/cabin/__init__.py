"""The loopback interface through which a screen in the vehicle sees and acts."""
