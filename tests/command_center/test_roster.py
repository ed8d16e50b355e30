"""The roster: newest wins."""

from dataclasses import replace

from clinical.alarms.priority import Source
from clinical.watch.encounter import EncounterState, EncounterStatus
from clinical.watch.picture.picture import PictureRow
from command_center.roster import Roster
from tests.command_center.night import at, encounter
from wire.frames import Frame, Lane
from wire.picture import Picture
from wire.unit_items import LinkState, Position

STATE = EncounterState(
    encounter_id=encounter(1),
    unit_id="unit-1",
    bay=None,
    status=EncounterStatus.OPEN,
    provisional=False,
    offered_to_unit_id=None,
    standby_until_us=None,
    owned_since_us=at(0),
    previous_unit_id=None,
    age_years=None,
    pregnant=None,
)


def picture(second: float, total: int) -> Picture:
    row = PictureRow(
        encounter_id=encounter(1),
        unit_id="unit-1",
        bay=None,
        captured_us=at(second),
        received_us=at(second),
        vitals=(),
        news2_total=total,
        news2_at_least=None,
        news2_refusals=(),
        not_judged=False,
    )
    return Picture(0, at(second), Source.CENTER_A, (row,))


def test_the_newest_picture_wins_whichever_channel_sent_it() -> None:
    """An older picture that comes later changes nothing, and the age is that of the newest."""
    roster = Roster()
    roster.on_encounter(STATE)
    roster.on_picture(picture(2, 7))
    roster.on_picture(picture(1, 3))
    (row,) = roster.rows
    assert row.picture is not None
    assert row.picture.news2_total == 7
    assert row.age_us(at(5)) == 3_000_000


def test_a_patient_leaves_with_the_end_of_the_encounter() -> None:
    """A picture that was on its way does not bring the patient back."""
    roster = Roster()
    roster.on_encounter(STATE)
    roster.on_encounter(replace(STATE, status=EncounterStatus.HANDED_OVER))
    roster.on_picture(picture(2, 7))
    assert roster.rows == ()


def test_a_unit_is_where_it_said_last() -> None:
    """Each thing that it says of itself has its own newest."""
    roster = Roster()
    told: list[str] = []
    roster.watch_units(told.append)
    for second, item in ((2, Position(23.1, 113.3)), (1, Position(0, 0)), (1, LinkState(5))):
        roster.on_frame(
            Frame("unit-1", Lane.VITALS, b"s" * 16, 1, at(second), None, None, None, (item,))
        )
    (unit,) = roster.units
    assert unit.position == Position(23.1, 113.3)
    assert unit.link == LinkState(5)
    assert roster.unit("unit-1") == unit
    assert told == ["unit-1"] * 3
