"""A replication of Henderson & Durairajan's study of multi-task learning for Internet measurements."""
