"""What is true of CT series: where their slices lie and what a reader must know about it."""
