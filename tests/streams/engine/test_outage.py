"""When the silence of many units has one cause."""

from collections.abc import Iterable, Sequence

from clinical.alarms.priority import Source
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from ports.log.port import Record
from streams.engine.checkpointing import Snapshot, recovered
from streams.engine.host import PartitionHost
from streams.engine.outage import QUIET_AFTER_US, Hearing, Hearings
from streams.engine.outputs import Outputs
from streams.engine.watches import PatientWatches
from tests.streams.engine.night import WELL, batch, drive, frame, tick
from wire.picture import decode_picture
from wire.topics import PICTURE

UNITS = 200


def units(number: int, quiet: int, told: int = 0) -> list[Hearing]:
    """So many units, of whom so many are quiet and so many of these called silent."""
    return [
        Hearing(f"unit-{n}", QUIET_AFTER_US if n < quiet else 0, told=n < told)
        for n in range(number)
    ]


def quiet_together(hearings: Sequence[Hearing], before: Sequence[str] = ()) -> tuple[str, ...]:
    """Who is quiet for one cause, when these are all patients of a partition."""
    of = {f"encounter-{n}": hearing for n, hearing in enumerate(hearings)}
    heard = Hearings()
    for encounter_id, hearing in of.items():
        heard.note(encounter_id, hearing, 0)
    return heard.together(of.get, 0, lasting=bool(before))


def test_more_than_a_fifth_of_the_units_is_a_common_cause() -> None:
    """A fifth is not, nor is a single unit."""
    assert quiet_together(units(10, 2)) == ()
    assert quiet_together(units(10, 3)) == ("unit-0", "unit-1", "unit-2")
    assert quiet_together(units(2, 1)) == ()


def test_it_lasts_until_a_tenth_is_left() -> None:
    before = quiet_together(units(20, 8))
    assert len(quiet_together(units(20, 3), before)) == 3
    assert quiet_together(units(20, 2), before) == ()


def test_units_that_were_silent_by_themselves_do_not_count() -> None:
    assert quiet_together(units(10, 6, told=4)) == ()


def test_a_unit_with_several_patients_is_one_unit_and_heard_through_any_of_them() -> None:
    hearings = [one._replace(unit_id="unit-0") for one in units(4, 3)]
    assert quiet_together([*hearings, *units(4, 0)], ()) == ()


def test_a_patient_who_left_or_moved_counts_where_they_are() -> None:
    """Two of four units are quiet, then one of four, then two of five."""
    of: dict[str, Hearing | None] = {f"e-{n}": one for n, one in enumerate(units(4, 2))}
    heard = Hearings()
    for encounter_id, hearing in of.items():
        heard.note(encounter_id, hearing, 0)
    assert heard.together(of.get, 0, lasting=False) == ("unit-0", "unit-1")
    of["e-0"] = Hearing("unit-3", QUIET_AFTER_US, told=False)
    heard.note("e-0", of["e-0"], 0)
    assert heard.together(of.get, 0, lasting=True) == ()
    heard.note("e-1", None, 0)
    of["e-0"] = Hearing("unit-0", QUIET_AFTER_US, told=False)
    heard.note("e-0", of["e-0"], 0)
    of["e-2"] = Hearing("unit-2", QUIET_AFTER_US, told=False)
    assert heard.together(of.get, QUIET_AFTER_US, lasting=False) == ("unit-0", "unit-2")


def test_who_is_heard_is_asked_only_when_the_unit_could_be_quiet() -> None:
    asked: list[str] = []

    def listen(encounter_id: str) -> Hearing:
        asked.append(encounter_id)
        return Hearing("unit-1", SECOND_US, told=False)

    heard = Hearings()
    heard.note("e-1", Hearing("unit-1", 0, told=False), 0)
    for second in range(20):
        assert heard.together(listen, second * SECOND_US, lasting=False) == ()
    assert len(asked) == 3


def cut(
    seconds: int, cut_from: int, cut_until: int, silent: Iterable[int], *, lost: int = -1
) -> list[Record]:
    """A night of 200 units at 1 Hz; some are not heard for a while, one never again."""
    away = set(silent)
    records: list[Record] = []
    for second in range(seconds):
        heard = [
            n
            for n in range(UNITS)
            if not (n in away and cut_from <= second < cut_until)
            and not (n == lost and second >= cut_from)
        ]
        frames = [frame(n, second + 1, second, WELL) for n in heard]
        records.append(batch(len(records), second + 0.1, *frames))
        records.append(tick(len(records), second + 0.5))
    return records


def silences(outputs: Iterable[Outputs]) -> list[tuple[str, bool]]:
    """Who is called silent, and whose silence ends, in order."""
    return [
        (said.unit_id, said.active)
        for output in outputs
        for said in output.transitions
        if said.cause == Cause.UNIT_SILENT
    ]


def lists(outputs: Iterable[Outputs]) -> list[int]:
    """How many units each picture lists as silent together."""
    return [
        len(decode_picture(fact.value or b"").silent_units)
        for output in outputs
        for fact in output.facts
        if fact.topic == PICTURE.name
    ]


def host() -> PartitionHost:
    return PartitionHost(0, Source.CENTER_A, PatientWatches())


def test_a_cell_that_is_cut_for_a_minute_is_no_unit_s_silence() -> None:
    """100 of 200 units: listed together before the first is called silent, until they return."""
    outputs = drive(host(), cut(100, 10, 70, range(100)))
    assert silences(outputs) == []
    listed = lists(outputs)
    assert listed[:15] == [0] * 15
    assert set(listed[15:70]) == {100}
    assert set(listed[72:]) == {0}


def test_who_stays_silent_is_then_called_so_alone() -> None:
    """Within the delay of UNIT_SILENT after the common cause is over."""
    outputs = drive(host(), cut(100, 10, 70, range(100), lost=3))
    assert silences(outputs) == [("unit-3", True)]
    (at,) = [n for n, output in enumerate(outputs) if silences([output])]
    assert 70 < at // 2 < 80


def test_few_units_are_called_silent_each_for_itself() -> None:
    outputs = drive(host(), cut(40, 10, 30, range(20)))
    assert len([one for one in silences(outputs) if one[1]]) == 20
    assert set(lists(outputs)) == {0}


def test_a_restarted_gateway_makes_nobody_silent() -> None:
    """Without ticks no time of silence passes; twenty seconds of it list nobody."""
    before = cut(10, 99, 99, ())
    after = [
        record
        for second in range(30, 60)
        for record in (
            batch(0, second + 0.1, *(frame(n, second + 1, second, WELL) for n in range(UNITS))),
            tick(0, second + 0.5),
        )
    ]
    records = [record._replace(offset=n) for n, record in enumerate([*before, *after])]
    outputs = drive(host(), records)
    assert silences(outputs) == []
    assert set(lists(outputs)) == {0}


def test_both_channels_and_a_replay_say_the_same() -> None:
    records = cut(40, 10, 30, range(100), lost=3)
    first, second = (drive(host(), records) for _ in range(2))
    assert [one.facts for one in first] == [one.facts for one in second]


def rare(seconds: int) -> list[Record]:
    """Six units that are heard each 10 s only, so that now and then two are quiet together."""
    records: list[Record] = []
    for second in range(seconds):
        heard = [n for n in range(6) if (second + (0, 1, 2, 5, 6, 7)[n]) % 10 == 0]
        frames = [frame(n, second + 1, second, WELL) for n in heard if n or second < seconds // 2]
        if frames:
            records.append(batch(len(records), second + 0.1, *frames))
        records.append(tick(len(records), second + 0.5))
    return records


def test_who_takes_over_knows_when_units_were_silent_together() -> None:
    """From the snapshots of any record, which are of different ages, and a unit that is lost."""
    records = rare(100)
    whole, first, stored = drive(host(), records), host(), dict[str, Snapshot]()
    assert silences(whole)
    assert {0} < set(lists(whole))
    for record in records:
        found = recovered(first.ledger.covered(first.reached), stored.values(), ())
        heir = host()
        heir.restore(found, 0)
        begin = heir.reached.offset
        for offset, output in enumerate(drive(heir, records[begin:]), start=begin):
            if offset >= record.offset:
                assert silences([output]) == silences([whole[offset]])
        for snapshot in first.on_record(record.offset, record).snapshots:
            stored[snapshot.encounter_id] = snapshot
            first.ledger.durable(snapshot)
    assert first.reached.clock.holds


def test_the_delay_is_below_that_of_a_single_silence() -> None:
    assert QUIET_AFTER_US + 2 * SECOND_US < 10 * SECOND_US
