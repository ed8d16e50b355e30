"""The alert feed over gRPC."""
