"""What is known about patients: pure judgement, without clock, I/O, logging or randomness."""
