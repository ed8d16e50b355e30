"""The dispatcher's board: one web page, and the socket that keeps it current."""
