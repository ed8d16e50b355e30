"""The pure partition host and its thin drivers: Faust agent and in-memory twin."""
