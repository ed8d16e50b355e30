"""What is found on its way to the alarm log: held back, raised, written as transitions."""
