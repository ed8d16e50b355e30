"""The in-vehicle client: session, spool, edge watch, sources and downlink."""
