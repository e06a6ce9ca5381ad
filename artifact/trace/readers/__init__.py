"""One file per format of ping logs."""
