"""The world: the whole system in one process, on virtual time, from a seed."""
