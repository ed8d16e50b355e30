"""What a unit captured, on its disk until a gateway's log holds it."""
