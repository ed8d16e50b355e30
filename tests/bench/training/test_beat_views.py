"""What the judge of beats learns from besides whole records: marks and signals belong together."""

from dataclasses import replace

import numpy as np
import pytest

from bench.training.beat_views import at_rate, disturbed, views_of, with_aberrant
from goldenhour.bench.accuracy.annotations import Reference
from goldenhour.lab.recordings import Signal

RATE_HZ = 250.0
LASTS_S = 1800
EVERY_S = 1.0


def _reference(lasts_s: float = 200) -> Reference:
    times_s = np.arange(0.5, lasts_s, EVERY_S)
    return Reference(times_s, "N" * len(times_s), ((90.0, 95.0),))


def _lead(reference: Reference) -> Signal:
    """A triangle of 1 mV and 80 ms at each beat."""
    at_s = np.arange((reference.times_s[-1] + 0.5) * RATE_HZ) / RATE_HZ
    nearest_s = np.abs((at_s - reference.times_s[0] + EVERY_S / 2) % EVERY_S - EVERY_S / 2)
    return Signal("II", "mV", RATE_HZ, np.clip(1 - nearest_s / 0.04, 0, None), 0.005)


def test_every_view_has_marks_only_where_it_has_samples() -> None:
    """The whole record first, then its parts: none has a beat after its end."""
    reference = _reference(LASTS_S)
    lead = _lead(reference)
    views = list(views_of([lead, replace(lead, name="V1")], reference, 1))
    assert views[0][1] is reference
    for leads, marks in views:
        end_s = len(leads[0].samples) / leads[0].rate_hz
        assert len(marks.codes) == len(marks.times_s) > 0
        assert 0 <= marks.times_s.min() <= marks.times_s.max() < end_s


def test_aberrant_beats_are_weaker_and_early_ones_are_marked() -> None:
    """Changed beats are lower than before; where one is put in, the leads show it."""
    reference = _reference()
    (changed,), marks = with_aberrant([_lead(reference)], reference, 5)
    unclassified = np.array([code == "Q" for code in marks.codes])
    put_in = ~np.isin(marks.times_s, reference.times_s)
    assert put_in.any()
    assert (unclassified & ~put_in).any()
    assert unclassified[put_in].all()
    about = np.round(marks.times_s * RATE_HZ).astype(int)
    heights = np.abs(changed.samples[about])
    assert heights[~unclassified] == pytest.approx(1.0)
    assert heights[unclassified & ~put_in].max() < 1.2 * 0.9 * 1.1
    assert heights[put_in].min() > 0.1


def test_a_disturbance_is_no_beat_and_lies_between_beats() -> None:
    """The marks stay; something is added to one of two leads far more often than to both."""
    reference = _reference()
    lead = _lead(reference)
    leads, marks = disturbed([lead, lead], reference, 3)
    assert marks is reference
    first, second = (np.abs(one.samples - lead.samples) > 0.1 for one in leads)
    assert first.any()
    assert second.any()
    assert (first & second).sum() < 0.5 * (first | second).sum()


def test_a_faster_heart_keeps_its_beats_where_its_leads_show_them() -> None:
    """Played faster, every mark still stands on the top of its complex."""
    reference = _reference()
    (lead,), marks = at_rate([_lead(reference)], reference, 1.25)
    tops = lead.samples[np.round(marks.times_s * lead.rate_hz).astype(int)]
    assert np.diff(marks.times_s) == pytest.approx(EVERY_S / 1.25)
    assert tops == pytest.approx(1.0)


def test_the_same_seed_gives_the_same_view() -> None:
    """Training can be repeated."""
    reference = _reference()
    lead = _lead(reference)
    again = [with_aberrant(*disturbed([lead], reference, 7), 7) for _ in range(2)]
    assert np.array_equal(again[0][0][0].samples, again[1][0][0].samples)
    assert np.array_equal(again[0][1].times_s, again[1][1].times_s)
