"""Grafana dashboards as code: what is shown is data, and Grafana's own builders draw it."""
