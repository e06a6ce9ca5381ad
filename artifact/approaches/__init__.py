"""Approaches: ways to label every ping, one file each (sections 3.3 and 3.4, and what they are compared with)."""
