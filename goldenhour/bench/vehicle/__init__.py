"""One vehicle: what it weighs, what a thin link makes it leave out, what sending an image costs."""
