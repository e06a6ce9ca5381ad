"""What is kept on disk: files that appear whole, work with what decided it, provenance, comparison of two results."""
