"""The Glasgow Coma Scale: every combination, and every way to have no total."""

from itertools import product

import pytest

from clinical.scores.chart import Refused, Scored
from clinical.scores.gcs import STEPS, Gcs, GcsPart, score, total, words

EYE = ("none", "to pressure", "to sound", "spontaneous")
VERBAL = ("none", "sounds", "words", "confused", "orientated")
MOTOR = (
    "none", "extension", "abnormal flexion", "normal flexion", "localising", "obeys commands",
)  # fmt: skip


def test_the_steps_are_those_of_the_publication() -> None:
    """Written down a second time: 4, 5 and 6 steps, the worst first."""
    assert [STEPS[part] for part in GcsPart] == [EYE, VERBAL, MOTOR]


def test_the_total_of_every_examination_is_its_sum() -> None:
    """All 120, from 3 to 15."""
    found = {
        (eye, verbal, motor): total(Gcs(eye, verbal, motor))
        for eye, verbal, motor in product(range(1, 5), range(1, 6), range(1, 7))
    }
    assert len(found) == 120
    assert all(points == sum(parts) for parts, points in found.items())
    assert (min(map(int, found.values())), max(map(int, found.values()))) == (3, 15)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("gcs", "reason"),
    [
        (Gcs(0, 5, 6), "IMPLAUSIBLE:gcs_eye"),
        (Gcs(5, 5, 6), "IMPLAUSIBLE:gcs_eye"),
        (Gcs(4, 0, 6), "IMPLAUSIBLE:gcs_verbal"),
        (Gcs(4, 6, 6), "IMPLAUSIBLE:gcs_verbal"),
        (Gcs(4, 5, 0), "IMPLAUSIBLE:gcs_motor"),
        (Gcs(4, 5, 7), "IMPLAUSIBLE:gcs_motor"),
        (Gcs(None, 5, 6), "MISSING:gcs_eye"),
        (Gcs(4, None, 6), "MISSING:gcs_verbal"),
        (Gcs(4, 5, None), "MISSING:gcs_motor"),
        (Gcs(None, 5, 6, frozenset({GcsPart.EYE})), "UNTESTABLE:gcs_eye"),
        (Gcs(4, None, 6, frozenset({GcsPart.VERBAL})), "UNTESTABLE:gcs_verbal"),
        (Gcs(4, 5, None, frozenset({GcsPart.MOTOR})), "UNTESTABLE:gcs_motor"),
        (Gcs(4, 1, 6, frozenset({GcsPart.VERBAL})), "UNTESTABLE:gcs_verbal"),
    ],
)
def test_without_every_response_there_is_no_total(gcs: Gcs, reason: str) -> None:
    """What is missing, out of range or cannot be tested is named, and nothing is estimated."""
    result = score(gcs)
    assert isinstance(result, Refused)
    assert [str(one) for one in result.reasons] == [reason]
    assert total(gcs) is None


def test_every_reason_is_named() -> None:
    result = score(Gcs(untestable=frozenset({GcsPart.VERBAL})))
    assert isinstance(result, Refused)
    assert [str(one) for one in result.reasons] == [
        "MISSING:gcs_eye", "UNTESTABLE:gcs_verbal", "MISSING:gcs_motor",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("gcs", "written"),
    [
        (Gcs(3, 4, 5), "E3 V4 M5 = 12"),
        (Gcs(1, 1, 1), "E1 V1 M1 = 3"),
        (Gcs(4, None, 6, frozenset({GcsPart.VERBAL})), "E4 VNT M6"),
        (Gcs(4, None, 6), "E4 V- M6"),
    ],
)
def test_it_is_written_down_with_its_parts(gcs: Gcs, written: str) -> None:
    """A total never stands alone."""
    assert words(gcs) == written


def test_a_total_has_its_parts_and_no_band() -> None:
    """The publication names no bands."""
    assert score(Gcs(2, 3, 4)) == Scored(9, None, {"gcs_eye": 2, "gcs_verbal": 3, "gcs_motor": 4})
