"""What healthy units notice of an attack, and how everything that attacks is refused."""
