"""Warm spares: a process that has loaded a program and waits to take the place of one that died.

``waiting`` is the part of the process that waits, ``keeping`` that of whoever supervises it.
"""
