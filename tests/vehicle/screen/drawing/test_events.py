from clinical.items import CrewExamination
from clinical.scores.gcs import Gcs
from clinical.scores.stroke_screen import StrokeScreen
from clinical.watch.crew.examined import Examined
from tests.vehicle.screen.scenes import NOW_US, event, patient, scene
from vehicle.screen.drawing.events import EVENTS_SHOWN, buttons, drugs, entered
from vehicle.screen.words import DRUGS, Language


def test_compressions_are_one_button() -> None:
    assert 'data-finding="COMPRESSIONS_STARTED"' in buttons(scene())
    running = scene(patient(events=[event(1, "COMPRESSIONS_STARTED")]))
    assert 'data-finding="COMPRESSIONS_STOPPED"' in buttons(running)


def test_compressions_that_go_on_are_said_again_and_counted_from_the_first_word() -> None:
    """Judgement takes them for over otherwise, however long they have run."""
    said = [event(2_000_000, "COMPRESSIONS_STARTED"), event(300_000_000, "COMPRESSIONS_STARTED")]
    drawn = buttons(scene(patient(events=said)))
    assert drawn.count('data-finding="COMPRESSIONS_STARTED"') == 1
    counts = [f'data-at="{NOW_US - us}"' for us in (300_000_000, 2_000_000)]
    assert [drawn.count(count) for count in counts] == [1, 1]
    assert drawn.index("Stop compressions") < drawn.index("Still compressing")


def test_a_pulse_felt_ends_compressions() -> None:
    felt = [event(1, "PULSE_FELT"), event(2, "COMPRESSIONS_STARTED")]
    assert 'data-finding="COMPRESSIONS_STOPPED"' not in buttons(scene(patient(events=felt)))


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


def test_an_examination_is_reached_unless_the_chest_is_compressed() -> None:
    """Never more than seven buttons."""
    assert 'data-act="examine"' in buttons(scene())
    running = buttons(scene(patient(events=[event(1, "COMPRESSIONS_STARTED")])))
    assert 'data-act="examine"' not in running
    assert max(drawn.count("<button") for drawn in (buttons(scene()), running)) == 7


def test_what_was_examined_stands_among_what_was_entered() -> None:
    """The newest first; it has no undo, a newer examination takes its place."""
    seen = [
        Examined(NOW_US - 5, CrewExamination("li", gcs=Gcs(3, 4, 5))),
        Examined(NOW_US, CrewExamination("li", stroke=StrokeScreen(face=False))),
    ]
    drawn = entered(scene(patient(events=[event(1, "NO_PULSE")], examined=seen)))
    places = [drawn.index(one) for one in ("not finished", "No pulse", "E3 V4 M5 = 12")]
    assert places == sorted(places)
    assert drawn.count('data-act="withdraw"') == 1
