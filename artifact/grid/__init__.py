"""The grid: whoever needs runs names cells; those that are not current are done on this machine's cores, and kept."""
