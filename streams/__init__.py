"""Ingress and stream processing: the gateway and the Faust workers."""
