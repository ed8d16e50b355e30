"""What an alarm waits for when a worker dies, comes, is rolled or leaves, among many patients."""
