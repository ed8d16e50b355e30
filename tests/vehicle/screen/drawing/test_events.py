from tests.vehicle.screen.scenes import event, patient, scene
from vehicle.screen.drawing.events import EVENTS_SHOWN, buttons, drugs, entered
from vehicle.screen.words import DRUGS, Language


def test_compressions_are_one_button() -> None:
    assert 'data-finding="COMPRESSIONS_STARTED"' in buttons(scene())
    running = scene(patient(events=[event(1, "COMPRESSIONS_STARTED")]))
    assert 'data-finding="COMPRESSIONS_STOPPED"' in buttons(running)


def test_compressions_that_were_undone_never_ran() -> None:
    undone = [event(1, "COMPRESSIONS_STARTED", withdrawn=True)]
    assert 'data-finding="COMPRESSIONS_STARTED"' in buttons(scene(patient(events=undone)))


def test_each_event_can_be_undone_once() -> None:
    events = [event(1, "NO_PULSE"), event(2, "AIRWAY_SECURED", withdrawn=True)]
    drawn = entered(scene(patient(events=events)))
    assert drawn.count('data-act="withdraw"') == 1
    assert "<s>" in drawn


def test_the_newest_are_shown() -> None:
    events = [event(number, "NO_PULSE") for number in range(EVENTS_SHOWN + 1)]
    assert entered(scene(patient(events=events))).count("<li>") == EVENTS_SHOWN


def test_a_drug_reads_in_the_language_of_the_screen_and_is_recorded_in_one() -> None:
    drawn = drugs(scene(drugs_open=True, language=Language.ZH))
    assert all(drug in drawn and chinese in drawn for drug, chinese in DRUGS.items())
    assert drugs(scene()) == ""
