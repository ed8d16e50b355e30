"""What every call of a unit goes through, and how much one unit may ask for."""
