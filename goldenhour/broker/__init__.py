"""A real Apache Kafka in one command."""
