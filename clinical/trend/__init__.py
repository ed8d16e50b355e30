"""Where each vital of one patient is going: baseline, slope, step, time to the edge of a band."""
