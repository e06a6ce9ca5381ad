"""Traces: series of pings, read from logs, collected with ``ping`` or generated."""
