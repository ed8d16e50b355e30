"""What a broker keeps on disk, by topic: the sizes of its segments, without their indexes."""

from collections import Counter
from pathlib import Path


def kept_bytes(data: Path) -> dict[str, int]:
    """Return the bytes of each topic under a broker's data folder."""
    sizes: Counter[str] = Counter()
    for segment in data.rglob("*.log"):
        topic, _, partition = segment.parent.name.rpartition("-")
        if topic and partition.isdigit():
            sizes[topic] += segment.stat().st_size
    return dict(sizes)
