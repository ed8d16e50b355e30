"""The log: Kafka by aiokafka, and its in-memory twin."""
