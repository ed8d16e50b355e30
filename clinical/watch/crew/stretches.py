"""When an intervention lasted: stretches of time, worked out anew from all that was said of it.

Words come in any order, and some are withdrawn; by what is known at an instant there is one answer.
"""

from collections.abc import Iterator

from clinical.alarms.identity import FrameRef
from clinical.alarms.intervention import Intervention, InterventionRule

Said = tuple[int, Intervention, bool, FrameRef]
"""When, what, whether it begins or ends, and by which frame."""
Stretch = tuple[int, int, FrameRef]
"""From when until when, half-open by the captures, and the frame that said so."""


def stretches(rule: InterventionRule, said: list[Said]) -> Iterator[Stretch]:
    """Yield when an intervention lasted, by words in the order of their capture."""
    mine = [word for word in said if word[1] is rule.intervention]
    for place, (began_us, _, begins, frame) in enumerate(mine):
        if begins:
            longest_us = began_us + rule.lasts_us
            ended = (at_us for at_us, _, again, _ in mine[place + 1 :] if not again)
            yield (began_us, min(next(ended, longest_us), longest_us) + rule.settles_us, frame)


def end_us(lasted: tuple[Stretch, ...]) -> int:
    """Return when the last of these stretches is over; 0 without any."""
    return max((over_us for _, over_us, _ in lasted), default=0)


def run(lasted: tuple[Stretch, ...], at_us: int) -> Stretch | None:
    """Return the stretches that run into one another and last at an instant, as one."""
    whole: Stretch | None = None
    for began_us, over_us, frame in lasted:
        if whole is not None and began_us <= whole[1]:
            whole = (whole[0], max(whole[1], over_us), whole[2])
        else:
            whole = (began_us, over_us, frame)
    return whole if whole is not None and whole[0] <= at_us < whole[1] else None
