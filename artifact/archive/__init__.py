"""An archive of pings in Parquet, larger than memory: labelled part by part, on one machine or on many."""
