"""What benches send: many real vehicle clients in a process of their own, and their patients."""
