"""What is left out of what waits, and what is said of it, without any I/O."""

from hypothesis import given
from hypothesis import strategies as st

from clinical.items import DeviceStatus, Discarded, DiscardReason, Vitals
from clinical.signals.waveform import WaveformChunk
from clinical.vitals import Quality, Vital
from vehicle.uplink.thinning import discarded_frame, discarded_in, thin
from wire.frames import Frame, Lane
from wire.unit_items import Position, WireItem

ONE, OTHER = "encounter-1", "encounter-2"
SLOW = DiscardReason.LINK_TOO_SLOW
CHUNK = WaveformChunk("II", 250.0, 5.0, 0, 0, (1, 2, 3))


def frame(
    sequence: int, item: WireItem, encounter_id: str | None = ONE, lane: Lane = Lane.VITALS
) -> Frame:
    return Frame(
        "A1", lane, b"s" * 16, sequence, 1_000 * sequence, None, None, encounter_id, (item,)
    )


def rate(sequence: int, encounter_id: str = ONE) -> Frame:
    return frame(sequence, Vitals(heart_rate_bpm=float(sequence)), encounter_id)


def spans(discards: list[Frame]) -> list[tuple[int, int]]:
    found = [discarded_in(one) for one in discards]
    return [(one.from_sequence, one.to_sequence) for one in found if one is not None]


def test_the_newest_value_of_each_vital_stays() -> None:
    """A blood pressure of minutes ago is the newest one; heart rates before the last are not."""
    pressure = frame(3, Vitals(systolic_mmhg=120.0))
    discards = thin([rate(1), rate(2), pressure, rate(4), rate(5), rate(6)], SLOW)
    assert spans(discards) == [(1, 2), (4, 5)]
    assert discards[0].items == (Discarded(1, 2, SLOW, 1_000),)
    assert discards[0].captured_us == 2_000
    assert discards[0].sequence == 2


def test_states_of_devices_and_the_newest_mark_stay() -> None:
    """A sensor that came off is said once, so it is never left out."""
    off = frame(1, DeviceStatus("monitor", Vital.SPO2, attached=False))
    mark = frame(2, Vitals(marks={Vital.SPO2: Quality.ARTEFACT}))
    assert thin([off, mark, rate(3)], SLOW) == []


def test_a_patients_values_are_superseded_by_its_own_alone() -> None:
    """The newest of each patient stays; a span is of one patient, and positions join any."""
    position = frame(3, Position(1.0, 2.0), None)
    waiting = [rate(1), rate(2), position, rate(4), rate(5, OTHER), rate(6, OTHER)]
    waiting += [frame(7, Position(1.0, 2.1), None), rate(8), rate(9, OTHER)]
    discards = thin(waiting, SLOW)
    assert spans(discards) == [(1, 4), (5, 6)]
    assert [one.encounter_id for one in discards] == [ONE, OTHER]


def test_all_waveforms_that_wait_are_left_out() -> None:
    waiting = [frame(n, CHUNK, ONE, Lane.WAVEFORM) for n in range(3, 9)]
    assert spans(thin(waiting, SLOW)) == [(3, 8)]


def test_what_was_left_out_before_joins_in_and_alone_is_left_as_it_is() -> None:
    """So a long overload is one span, not one for each second."""
    before = discarded_frame(frame(4, CHUNK, ONE, Lane.WAVEFORM), DiscardReason.SPOOL_NEARLY_FULL)
    (again,) = thin([before, frame(5, CHUNK, ONE, Lane.WAVEFORM)], SLOW)
    assert again.items == (Discarded(4, 5, SLOW, 4_000),)
    (more,) = thin([again, frame(6, CHUNK, ONE, Lane.WAVEFORM)], SLOW)
    assert more.items == (Discarded(4, 6, SLOW, 4_000),)
    assert thin([more], SLOW) == []


items = st.one_of(
    st.builds(Vitals, heart_rate_bpm=st.none() | st.just(80.0), spo2_percent=st.just(97.0)),
    st.builds(Vitals, systolic_mmhg=st.none() | st.just(120.0), heart_rate_bpm=st.just(70.0)),
    st.just(DeviceStatus("monitor")),
)


@given(st.lists(st.tuples(items, st.sampled_from((ONE, OTHER))), min_size=1, max_size=40))
def test_the_newest_statement_survives_and_thinning_again_changes_nothing(
    waiting: list[tuple[WireItem, str]],
) -> None:
    """Whatever waits: spans are disjoint and in order, and the newest value of each vital stays."""
    frames = [frame(n, item, of) for n, (item, of) in enumerate(waiting, 1)]
    discards = thin(frames, SLOW)
    gone = [n for first, last in spans(discards) for n in range(first, last + 1)]
    assert gone == sorted(set(gone))
    kept = [one for one in frames if one.sequence not in gone]
    assert _newest(kept) == _newest(frames)
    after = sorted([*kept, *discards], key=lambda one: one.sequence)
    assert thin(after, SLOW) == []


def _newest(frames: list[Frame]) -> dict[tuple[str | None, str], float]:
    newest: dict[tuple[str | None, str], float] = {}
    for one in frames:
        for item in one.items:
            for name in ("heart_rate_bpm", "spo2_percent", "systolic_mmhg"):
                value = getattr(item, name, None)
                if value is not None:
                    newest[one.encounter_id, name] = value
    return newest
