"""Inputs: what a network sees of a ping, one file each."""
