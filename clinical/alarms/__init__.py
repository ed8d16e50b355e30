"""The alarm catalogue, conditions, transitions and the life cycle as a pure fold."""
