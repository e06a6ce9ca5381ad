"""Labeling (section 3.2): buckets, levels, and labeling functions applied ping by ping or over whole columns."""
