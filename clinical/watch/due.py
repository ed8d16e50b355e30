"""When a tick can matter to a patient, so that all others can be left out.

Every gateway writes a tick into every partition each second, and in nearly every patient the
passing of that second changes nothing. So whoever drives a watch may ask it when it is *due*, and
leave out the ticks before: instead of ``on_tick`` at each of them, ``pass_over`` with the newest of
them before anything else is asked of the watch. Both lead to the same words and the same snapshot,
byte for byte; ``tests/clinical/watch/checks.py`` holds them together on every input that it has,
and ``tests/streams/engine/test_rows.py`` does so for a partition with all that can happen to it.

What a processor that is told the time (``on_tick``) owes for this is one property::

    @property
    def due_us(self) -> int | None:
        '''The earliest instant at which a tick could say or change anything.'''

``None`` is: not before it is handed something. ``EVERY_TICK`` is: nobody knows, step me always. A
processor with ``on_tick`` that says nothing is due at every tick: right, only slow, and with one
such processor no tick can be left out for any patient. Three rules:

1. A tick before that instant returns nothing and leaves the snapshot of the processor as it was.
2. What is handed to it (``on_item`` and the like) may move the instant either way: the watch is
   asked again after each. A *row* that goes the quick way (``clinical.watch.quiet``) may only
   move it later; nobody asks after a row.
3. Too early is right, too late is wrong. Where the instant is not exactly known, say one before.

Of a patient in whom nothing stands (``Quiet.still``) a tick matters to silence and standby alone,
so the others are not asked.

What stands by its own delay alone can ask its condition (``FlagCondition.due_us``).
"""

from collections.abc import Iterable
from typing import Final

from clinical.watch.part import Part

EVERY_TICK: Final = 0
"""Due whenever time passes."""


def timed(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return those parts that are told the time."""
    return tuple(part for part in parts if hasattr(part, "on_tick"))


def first_due(parts: Iterable[Part]) -> int | None:
    """Return when the first of these parts is due; one that does not say is so always."""
    first_us: int | None = None
    for part in parts:
        due_us: int | None = getattr(part, "due_us", EVERY_TICK)
        if due_us is not None and (first_us is None or due_us < first_us):
            first_us = due_us
    return first_us


def earliest(*instants: int | None) -> int | None:
    """Return the first of these instants; None when none of them ever comes."""
    first_us: int | None = None
    for at_us in instants:
        if at_us is not None and (first_us is None or at_us < first_us):
            first_us = at_us
    return first_us
