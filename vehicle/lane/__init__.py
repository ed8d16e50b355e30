"""One lane of one unit: numbered, sent, acknowledged, dialled again."""
