"""The center's watch over the whole way of an alarm, by synthetic patients."""
