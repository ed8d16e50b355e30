"""The real programs over a real Kafka."""
