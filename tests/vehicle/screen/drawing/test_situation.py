"""The scores by situation on the crew's screen."""

import re

from clinical.watch.scores.situated import SituatedScore
from tests.vehicle.screen.scenes import patient, scene
from vehicle.screen.drawing.scoring import scoring
from vehicle.screen.drawing.situation import situation
from vehicle.screen.words import Language

NO_INFECTION = SituatedScore("QSOFA", None, None, None, ("SITUATION:infection_suspected",))
UNSAID = SituatedScore("QSOFA", None, None, None, ("MISSING:infection_suspected",))
INJURED = [
    SituatedScore("T-RTS", 11, None, asks=True, refusals=()),
    SituatedScore("RTS", 6.9, None, asks=False, refusals=()),
    SituatedScore("MGAP", 26, None, asks=False, refusals=()),
]


def plain(drawn: str) -> str:
    return re.sub(r"<[^>]+>", "", drawn.replace("<span", " <span"))


def test_while_nothing_was_said_there_is_nothing() -> None:
    assert situation(scene()) == situation(scene(None)) == ""
    assert "situated" not in scoring(scene())


def test_each_score_has_its_number_and_what_they_ask_for() -> None:
    drawn = situation(scene(patient(situated=[*INJURED, UNSAID])))
    assert plain(drawn) == (
        "T-RTS 11, RTS 6.9, MGAP 26: trauma centre advised Infection suspected: not said"
    )
    assert drawn in scoring(scene(patient(situated=[*INJURED, UNSAID])))


def test_an_incomplete_score_is_at_most_or_at_least_and_says_why_once() -> None:
    """The words of an injury that nobody spoke of are not those of one that is not there."""
    why = ("STALE:gcs",)
    scores = [
        *(
            SituatedScore(name, None, best, None, why)
            for name, best in (("T-RTS", 12), ("RTS", 7.84))
        ),
        SituatedScore("QSOFA", None, 2, asks=True, refusals=why),
    ]
    assert plain(situation(scene(patient(situated=scores)))) == (
        "T-RTS ≤ 12, RTS ≤ 7.84 · qSOFA ≥ 2: sepsis suspected Glasgow Coma Scale: too old"
    )
    drawn = situation(scene(patient(situated=[*INJURED, NO_INFECTION]), language=Language.ZH))
    assert plain(drawn) == "T-RTS 11, RTS 6.9, MGAP 26: 建议送创伤中心 疑似感染: 无"


def test_of_a_child_it_says_that_none_is_for_this_age() -> None:
    refused = [
        SituatedScore(name, None, None, None, ("AGE:age_years",)) for name in ("T-RTS", "QSOFA")
    ]
    assert plain(situation(scene(patient(situated=refused)))).strip() == "Age: not for this age"
