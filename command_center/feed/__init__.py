"""The alert feed over gRPC and WebSocket, and what subscribers do about alarms."""
