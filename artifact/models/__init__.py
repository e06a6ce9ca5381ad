"""The two approaches that the paper compares."""
