"""The programs of a running stack: what they are, and one supervisor that keeps them up."""
