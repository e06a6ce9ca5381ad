"""Lasting changes of a line's level: how they are found, and how well, against series that people labelled."""
