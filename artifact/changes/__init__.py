"""Lasting changes of a line's level: how well they are found, against series that people labelled."""
