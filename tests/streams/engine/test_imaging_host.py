"""Series of images, judged by hand: references in, states out."""

from dataclasses import replace

import pytest

from clinical.alarms.priority import Source
from clinical.imaging.geometry import GeometryProblem, Slice
from clinical.instant import SECOND_US
from ports.log.port import Record
from streams.engine.checkpointing import Recovered
from streams.engine.imaging_host import ABANDONED_US, SERIES_KEPT, STALLED_US, ImagingHost
from wire.images import (
    ImageStored,
    SeriesAnnounced,
    SeriesState,
    decode_series_finding,
    decode_series_state,
    encode_image_stored,
    encode_series_announced,
    study_key,
)
from wire.records import (
    HEADERS_IMAGE_STORED,
    HEADERS_SERIES_ANNOUNCED,
    HEADERS_TICK,
    Headers,
    Tick,
    encode_tick,
)
from wire.topics import DEAD_LETTERS, IMAGES, PATIENTS, STUDIES

ENCOUNTER, SERIES = "encounter", "1.2"
START_US = 1_700_000_000_000_000
UIDS = ("1.3", "1.2", "1.4", "1.1", "1.5")
"""The middle first."""

Said = SeriesAnnounced | ImageStored | Tick


def announced(
    at_s: float = 0.0, series_uid: str = SERIES, uids: tuple[str, ...] = UIDS
) -> SeriesAnnounced:
    return SeriesAnnounced(
        ENCOUNTER, "MCT-1", "1.0", series_uid, START_US - SECOND_US, uids, at(at_s)
    )


def stored(sop_uid: str, at_s: float, height_mm: float | None = None) -> ImageStored:
    height = 5.0 * int(sop_uid[-1]) if height_mm is None else height_mm
    place = Slice((0.0, 0.0, height), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), 0.0, 5.0)
    key = f"{ENCOUNTER}/{SERIES}/{sop_uid}"
    return ImageStored(ENCOUNTER, "MCT-1", SERIES, sop_uid, key, 9, bytes(32), place, at(at_s))


def tick(at_s: float) -> Tick:
    return Tick("gateway", at(at_s), healthy=True)


def at(second: float) -> int:
    return START_US + round(second * SECOND_US)


def value_of(said: Said) -> tuple[bytes, Headers]:
    match said:
        case SeriesAnnounced():
            return encode_series_announced(said), HEADERS_SERIES_ANNOUNCED
        case ImageStored():
            return encode_image_stored(said), HEADERS_IMAGE_STORED
        case Tick():
            return encode_tick(said), HEADERS_TICK


class Desk:
    """A host, fed with what a gateway says."""

    def __init__(self) -> None:
        self.host = ImagingHost(0, Source.CENTER_A)
        self.letters = 0
        self.findings = [decode_series_finding(b"")][:0]
        self.records: list[Record] = []

    def hear(self, *said: Said) -> list[SeriesState]:
        """Hand these over; return the states that were told."""
        return [state for one in said for state in self.take(*value_of(one))]

    def take(self, value: bytes, headers: Headers) -> list[SeriesState]:
        offset = self.host.reached.offset
        record = Record(IMAGES.name, 0, offset, ENCOUNTER.encode(), value, headers)
        self.records.append(record)
        outputs = self.host.on_record(offset, record)
        self.letters += outputs.dead_letters
        assert all(
            fact.topic in {STUDIES.name, PATIENTS.name, DEAD_LETTERS.name} for fact in outputs.facts
        )
        assert not outputs.snapshots
        self.findings += [
            decode_series_finding(fact.value or b"")
            for fact in outputs.facts
            if fact.topic == PATIENTS.name
        ]
        return [
            decode_series_state(fact.value or b"")
            for fact in outputs.facts
            if fact.topic == STUDIES.name
        ]


def test_a_series_becomes_viewable_and_then_complete() -> None:
    """With the first slice that came, and with the last one that was announced."""
    desk = Desk()
    (begun,) = desk.hear(announced())
    assert (begun.slices_expected, begun.slices_stored, begun.viewable_us) == (5, 0, None)
    (first,) = desk.hear(stored(UIDS[0], 1))
    assert (first.viewable_us, first.first_object_key) == (at(1), f"{ENCOUNTER}/{SERIES}/1.3")
    assert first.complete_us is None
    *_, last = desk.hear(*(stored(uid, 2 + place) for place, uid in enumerate(UIDS[1:])))
    assert (last.complete_us, last.slices_stored) == (at(5), 5)
    assert last.viewable_us == at(1)
    assert last.geometry.problems == ()
    assert last.geometry.spacing_max_mm == pytest.approx(5)


def test_slices_on_their_way_are_no_gaps() -> None:
    """Only of a complete series is it said that tissue was not seen."""
    desk = Desk()
    states = desk.hear(announced(), *(stored(uid, 1, 50.0 * int(uid[-1])) for uid in UIDS))
    assert all(not state.geometry.problems for state in states[:-1])
    assert GeometryProblem.GAP in states[-1].geometry.problems


def test_a_series_that_stalls_has_missing_slices_until_one_comes() -> None:
    """It is said once, and taken back with the next slice."""
    desk = Desk()
    desk.hear(announced(), stored(UIDS[0], 1))
    stall_s = 1 + STALLED_US / SECOND_US
    assert desk.hear(tick(stall_s - 1)) == []
    (said,) = desk.hear(tick(stall_s))
    assert said.geometry.problems == (GeometryProblem.MISSING_SLICES,)
    assert desk.hear(tick(stall_s + 1)) == []
    (again,) = desk.hear(stored(UIDS[1], stall_s + 2))
    assert again.geometry.problems == ()


def test_a_complete_series_never_stalls() -> None:
    desk = Desk()
    desk.hear(announced(), *(stored(uid, 1) for uid in UIDS))
    assert desk.hear(tick(10 * STALLED_US / SECOND_US)) == []


def test_what_is_repeated_changes_nothing() -> None:
    """References are at least once; the first moment counts."""
    desk = Desk()
    desk.hear(announced(), stored(UIDS[0], 1))
    (again,) = desk.hear(replace(announced(2), scanned_us=START_US))
    assert (again.scanned_us, again.slices_stored) == (START_US - SECOND_US, 1)
    assert desk.hear(stored(UIDS[0], 3)) == []


def test_a_longer_series_is_complete_only_with_the_new_slices() -> None:
    desk = Desk()
    desk.hear(announced(uids=UIDS[:1]))
    (whole,) = desk.hear(stored(UIDS[0], 1))
    assert whole.complete_us == at(1)
    (more,) = desk.hear(announced(2))
    assert more.complete_us is None


def test_slices_of_a_series_that_nobody_announced_are_told_and_never_complete() -> None:
    desk = Desk()
    (state,) = desk.hear(stored(UIDS[0], 1))
    assert (state.slices_expected, state.slices_stored, state.complete_us) == (None, 1, None)


def test_the_marker_stays_at_the_oldest_open_series() -> None:
    """A worker that takes over meets it whole, and ends in the same state."""
    desk = Desk()
    desk.hear(tick(0), announced(), tick(1), stored(UIDS[0], 2), tick(3))
    covered = desk.host.ledger.covered(desk.host.reached)
    assert covered.offset == 1
    heir = ImagingHost(0, Source.CENTER_A)
    assert heir.restore(Recovered(covered, (), ()), 0) == ()
    for record in desk.records[covered.offset :]:
        heir.on_record(record.offset, record)
    desk.host, before = heir, desk.host
    assert heir.reached == before.reached
    *_, last = desk.hear(*(stored(uid, 4) for uid in UIDS[1:]))
    assert last.complete_us == at(4)
    assert heir.ledger.covered(heir.reached) == heir.reached


def test_an_abandoned_series_holds_the_marker_back_no_longer() -> None:
    desk = Desk()
    desk.hear(announced(), tick(ABANDONED_US / SECOND_US + 1))
    assert desk.host.ledger.covered(desk.host.reached) == desk.host.reached


def test_beyond_the_bound_the_series_heard_of_longest_ago_is_forgotten() -> None:
    desk = Desk()
    for number in range(SERIES_KEPT + 1):
        desk.hear(announced(number, series_uid=f"1.{number}"))
    assert desk.host.ledger.covered(desk.host.reached).offset == 1


def test_a_restart_after_retention_begins_at_the_oldest_record() -> None:
    host = ImagingHost(0, Source.CENTER_A)
    host.restore(Recovered(None, (), ()), 17)
    assert host.reached.offset == 17


@pytest.mark.parametrize("headers", [HEADERS_IMAGE_STORED, (("type", b"unknown"),), ()])
def test_what_cannot_be_read_is_a_dead_letter(headers: Headers) -> None:
    """And the partition goes on."""
    desk = Desk()
    assert desk.take(b"\xff", headers) == []
    assert desk.letters == 1
    assert len(desk.hear(announced())) == 1


def test_states_are_keyed_by_encounter_and_series() -> None:
    desk = Desk()
    value, headers = value_of(announced())
    outputs = desk.host.on_record(0, Record(IMAGES.name, 0, 0, None, value, headers))
    assert [fact.key for fact in outputs.facts] == [study_key(ENCOUNTER, SERIES)]


def test_a_series_that_cannot_be_judged_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.hear(announced())
    with monkeypatch.context() as broken:
        broken.setattr("streams.engine.imaging_host.assess", lambda _: 1 / 0)
        assert desk.hear(stored(UIDS[0], 1)) == []
    assert desk.letters == 1
    assert desk.host.ledger.covered(desk.host.reached) == desk.host.reached
    assert len(desk.hear(announced(2, series_uid="1.9"))) == 1


def test_missing_slices_are_told_to_the_patients_watch_until_they_come() -> None:
    """Once each, however often the state is said."""
    desk = Desk()
    stall_s = 1 + STALLED_US / SECOND_US
    desk.hear(announced(), stored(UIDS[0], 1), tick(stall_s), tick(stall_s + 1))
    (missing,) = desk.findings
    assert missing.problems == (GeometryProblem.MISSING_SLICES,)
    assert (missing.encounter_id, missing.series_uid) == (ENCOUNTER, SERIES)
    assert (missing.frame.unit_id, missing.at_us) == ("MCT-1", at(stall_s))
    desk.hear(*(stored(uid, stall_s + 2) for uid in UIDS[1:]))
    assert [finding.problems for finding in desk.findings[1:]] == [()]


def test_a_whole_series_is_no_news_for_the_patients_watch() -> None:
    """Nor is one whose slices are uneven."""
    desk = Desk()
    heights = (10.0, 5.0, 14.0, 0.0, 19.0)
    placed = zip(UIDS, heights, strict=True)
    *_, last = desk.hear(announced(), *(stored(uid, 1, height) for uid, height in placed))
    assert last.geometry.problems == (GeometryProblem.UNEVEN,)
    assert desk.findings == []


def test_a_complete_series_with_a_gap_is_told_to_the_patients_watch() -> None:
    desk = Desk()
    desk.hear(announced(), *(stored(uid, 1, 50.0 * int(uid[-1])) for uid in UIDS))
    assert [finding.problems for finding in desk.findings] == [(GeometryProblem.GAP,)]
