"""What many units cost, whether anything grows in a long run, and what a region needs."""
