"""The tasks: one file per property of a trace (sections 3.1 and 3.2)."""
