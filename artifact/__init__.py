"""A replication of Henderson & Durairajan's study of multi-task learning for Internet measurements."""

__version__ = "1.0.0"
