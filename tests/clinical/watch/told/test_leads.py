import msgspec

from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Transition
from clinical.items import EncounterChange, EncounterEvent, LeadFinding
from clinical.signals.lead_quality import LeadFault
from clinical.watch.finding import Findings
from clinical.watch.patient import PatientWatch
from clinical.watch.told.leads import LEADS_MAX, Leads
from tests.clinical.watch.bedside import at, capture, frame

FLAT = LeadFault.FLAT


def _finding(
    second: float, fault: LeadFault | None, lead: str = "II", sequence: int | None = None
) -> LeadFinding:
    name = frame(int(second) + 1 if sequence is None else sequence)
    return LeadFinding("encounter-1", lead, fault, at(second), name, at(second))


def _phases(findings: Findings) -> list[tuple[str, Phase]]:
    return [(each.subject, each.change.phase) for each in findings]


def test_a_fault_alarms_when_it_has_lasted_and_ends_with_a_signal() -> None:
    leads = Leads()
    assert leads.on_item(_finding(0, FLAT)) == ()
    assert leads.on_tick(at(2.9)) == ()
    (raised,) = leads.on_tick(at(3))
    assert (raised.subject, raised.change.phase) == ("II", Phase.START)
    assert (raised.change.priority, raised.change.since_us) == (Priority.LOW, at(0))
    assert raised.values == {"lead": "II", "fault": "flat"}
    (ended,) = leads.on_item(_finding(9, None))
    assert (ended.change.phase, ended.change.at_us) == (Phase.END, at(9))


def test_repetition_is_one_alarm() -> None:
    """A fault is said again and again, by two channels, and again after a restart."""
    leads = Leads()
    said = [leads.on_item(_finding(second, FLAT)) for second in (0, 0, 5, 5, 0, 10, LEADS_MAX, 5)]
    assert [len(findings) for findings in said] == [0, 0, 1, 0, 0, 0, 0, 0]


def test_a_fault_that_changes_its_kind_is_one_alarm() -> None:
    leads = Leads()
    leads.on_item(_finding(0, FLAT))
    leads.on_item(_finding(1, LeadFault.DETACHED))
    (raised,) = leads.on_tick(at(3))
    assert raised.values["fault"] == "detached"
    assert raised.change.since_us == at(0)


def test_an_older_word_of_a_signal_does_not_end_a_fault() -> None:
    leads = Leads()
    leads.on_item(_finding(4, FLAT))
    leads.on_item(_finding(2, None))
    assert _phases(leads.on_tick(at(7))) == [("II", Phase.START)]


def test_every_lead_has_an_alarm_of_its_own_up_to_a_bound() -> None:
    leads = Leads()
    for place in range(LEADS_MAX + 1):
        leads.on_item(_finding(1, FLAT, lead=f"V{place}"))
    assert len(leads.on_tick(at(9))) == LEADS_MAX


def test_silence_ends_nothing() -> None:
    leads = Leads()
    leads.on_item(_finding(0, FLAT))
    assert len(leads.on_tick(at(3))) == 1
    assert leads.on_tick(at(3_000)) == ()
    assert _phases(leads.close(at(3_001))) == [("II", Phase.END)]


def test_it_goes_on_after_a_restore() -> None:
    leads, again = Leads(), Leads()
    leads.on_item(_finding(0, FLAT))
    leads.on_item(_finding(0, None, lead="V"))
    again.restore(msgspec.json.decode(msgspec.json.encode(leads.snapshot())))
    assert again.on_item(_finding(0, None)) == ()
    (raised,) = again.on_tick(at(3))
    assert (raised.subject, raised.values["fault"]) == ("II", "flat")


def _open_watch() -> PatientWatch:
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    opened = EncounterEvent(EncounterChange.OPENED, bay="1")
    watch.on_item(opened, capture(0, 1), at(0))
    return watch


def test_the_watch_announces_it_as_a_technical_alarm_named_after_the_chunk() -> None:
    watch = _open_watch()
    watch.on_word(_finding(1, FLAT, sequence=77), at(1))
    said = [each for each in watch.on_tick(at(4), 0) if isinstance(each, Transition)]
    assert [(each.cause, each.subject, each.frame.sequence) for each in said] == [
        (Cause.ECG_LEAD_FAULT, "II", 77)
    ]


def test_what_another_unit_says_of_a_lead_is_not_of_this_patient() -> None:
    watch = _open_watch()
    stray = LeadFinding("encounter-1", "II", FLAT, at(1), frame(1, unit="unit-2"), at(1))
    assert watch.on_word(stray, at(1)) == []
    assert watch.on_tick(at(9), 0) == []


def test_leads_stay_behind_when_the_patient_goes_to_another_unit() -> None:
    watch = _open_watch()
    watch.on_word(_finding(1, FLAT), at(1))
    watch.on_tick(at(4), 0)
    offer = EncounterEvent(EncounterChange.OFFERED, to_unit_id="unit-2")
    watch.on_item(offer, capture(5, 2), at(5))
    claim = EncounterEvent(EncounterChange.CLAIMED)
    said = watch.on_item(claim, capture(6, 1, unit="unit-2"), at(6))
    ended = [each for each in said if isinstance(each, Transition)]
    assert [(each.cause, each.phase) for each in ended] == [(Cause.ECG_LEAD_FAULT, Phase.END)]
