"""What this machine lacks, and the exact command that mends it."""
