"""Charts written down a second time, value by value, by hand from the publication.

``EDGES`` of a score has, by column, each printed edge with the points on both sides of it: the
value, its points, and so on. Whoever changes a band has to change it in two places.
"""

from collections.abc import Iterator, Mapping

from clinical.scores.observed import Observed
from clinical.vitals import Consciousness

Edges = Mapping[str, tuple[tuple[float, int], ...]]


def cases(edges: Edges) -> Iterator[tuple[str, float, int]]:
    """Return every value of every column, with its points."""
    for column, row in edges.items():
        for value, points in row:
            yield column, value, points


def with_one(base: Observed, column: str, value: float) -> Observed:
    """Return an observation with one number changed."""
    return Observed(
        numbers={**base.numbers, column: value},
        words=base.words,
        consciousness=base.consciousness,
        on_oxygen=base.on_oxygen,
    )


def without(base: Observed, column: str) -> Observed:
    """Return an observation with one column missing."""
    return Observed(
        numbers={name: number for name, number in base.numbers.items() if name != column},
        words={name: word for name, word in base.words.items() if name != column},
        consciousness=None if column == "consciousness" else base.consciousness,
        on_oxygen=None if column == "on_oxygen" else base.on_oxygen,
    )


ALERT = Consciousness.ALERT
