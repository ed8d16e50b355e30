"""Who needs help first, and what is said of them."""

from dataclasses import replace

from clinical.alarms.priority import Category, Priority
from clinical.alarms.recipient import Recipient
from clinical.alarms.transition import Place
from clinical.alarms.view import Acknowledged, AlarmState, Escalated, Paused, ResetBy
from clinical.watch.picture.thinning import Thinned
from command_center.board.showing import alarm_plain, row_plain, urgency
from command_center.roster import RosterRow
from tests.command_center.board.test_chronicle import folded
from tests.command_center.board.test_trend import row
from tests.command_center.night import alarm_of, at, encounter

HIGH = folded()
MEDIUM = replace(HIGH, priority=Priority.MEDIUM)
TAKEN = replace(HIGH, acknowledgements=(Acknowledged(Place.CENTER, "desk", Priority.HIGH, at(3)),))
TECHNICAL = replace(HIGH, category=Category.TECHNICAL)


def patient(news2: int | None = 0, at_least: int | None = None) -> RosterRow:
    return RosterRow(encounter(1), None, row(news2, at_least=at_least))


def test_alarm_then_life_then_owner_then_kind_then_score() -> None:
    """Each outweighs everything after it."""
    order = [
        urgency(patient(0), [replace(TAKEN, cause="NO_PULSE")]),
        urgency(patient(0), [HIGH]),
        urgency(patient(20), [TECHNICAL]),
        urgency(patient(20), [TAKEN]),
        urgency(patient(20), [MEDIUM, MEDIUM]),
        urgency(patient(None, at_least=6), []),
        urgency(patient(5), []),
        urgency(RosterRow(encounter(1)), []),
    ]
    assert order == sorted(order, reverse=True)
    assert len(set(order)) == len(order)


def test_a_patient_of_whom_nothing_is_known_is_shown_as_that() -> None:
    plain = row_plain(RosterRow(encounter(1)), [], [])
    assert plain["received_us"] is plain["news2"] is plain["age_years"] is None
    assert plain["vitals"] == {}


def test_zero_is_shown_as_zero() -> None:
    shown = replace(patient(), picture=row(0, heart_rate=0))
    plain = row_plain(shown, [], [0])
    assert plain["vitals"]["heart_rate_bpm"][0] == 0
    assert plain["news2"] == 0


def test_an_alarm_says_why_since_when_whose_and_what_to_check() -> None:
    plain = alarm_plain(TAKEN)
    assert plain["id"] == alarm_of(1).hex()
    assert plain["values"] == {"heart_rate_bpm": 30.0}
    assert plain["words"]["zh"]
    assert plain["check"]["en"]
    assert plain["taken"] == [
        {"place": str(Place.CENTER), "person": "desk", "priority": 3, "at_us": at(3)}
    ]
    assert not plain["unacknowledged"]
    assert (
        alarm_plain(replace(HIGH, cause="OF_TOMORROW", reason=None))["words"]["en"] == "OF_TOMORROW"
    )


def test_a_pause_is_told_with_its_end_and_only_while_it_covers() -> None:
    """The crew's own pause silences nobody at the center."""
    ours = Paused(Place.CENTER, "desk", Priority.MEDIUM, at(3), at(63))
    crews = replace(ours, place=Place.VEHICLE, person="crew")
    assert alarm_plain(HIGH)["paused_until_us"] == 0
    plain = alarm_plain(replace(MEDIUM, pauses=(crews, ours)))
    assert plain["paused_until_us"] == at(63)
    assert [one["person"] for one in plain["pauses"]] == ["crew", "desk"]
    assert alarm_plain(replace(HIGH, pauses=(ours,)))["paused_until_us"] == 0
    assert alarm_plain(replace(MEDIUM, pauses=(crews,)))["paused_until_us"] == 0


def test_who_further_was_told_is_shown_once_for_all_reminders() -> None:
    """By hand with person and reason; by time the newest word to each."""

    def told(to: Recipient, second: float, step: int, person: str = "") -> Escalated:
        reason = "help" if person else ""
        return Escalated(to, person, reason, Place.CENTER, Priority.HIGH, at(second), step, 1)

    clinician, supervisor = Recipient.CLINICIAN, Recipient.SUPERVISOR
    escalations = (
        told(clinician, 30, 1), told(supervisor, 40, 0, "desk"), told(supervisor, 90, 2),
        told(supervisor, 210, 3),
    )  # fmt: skip
    shown = alarm_plain(replace(HIGH, escalations=escalations))["escalated"]
    assert [(one["to"], one["person"], one["at_us"]) for one in shown] == [
        ("center clinician", "", at(30)),
        ("shift supervisor", "desk", at(40)),
        ("shift supervisor", "", at(210)),
    ]


def test_who_reset_an_alarm_is_told() -> None:
    assert alarm_plain(HIGH)["reset"] is None
    by = ResetBy(Place.VEHICLE, "crew", at(4))
    plain = alarm_plain(replace(HIGH, state=AlarmState.ENDED, reset=by))
    assert plain["reset"] == {"place": "VEHICLE", "person": "crew", "at_us": at(4)}
    assert not plain["current"]


def test_what_a_unit_left_out_is_told_by_lane_with_its_length() -> None:
    """The board words it; a whole lane is not named."""
    left_out = (Thinned(3, 80, at(0), at(40)),)
    thinned = RosterRow(encounter(1), None, replace(row(0), thinned=left_out))
    plain = row_plain(thinned, [], [])["thinned"]
    assert plain == [{"lane": "WAVEFORM", "for_us": 40_000_000, "frames": 80}]
    assert row_plain(patient(0), [], [])["thinned"] == []
