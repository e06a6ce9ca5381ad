"""Pictures, a module for each kind, all by matplotlib as SVG; the same numbers give the same bytes."""
