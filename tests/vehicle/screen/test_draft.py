"""An examination that is under way: what was not chosen was not examined."""

from itertools import chain

import pytest

from clinical.items import CrewExamination
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs, GcsPart
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from tests.vehicle.screen.scenes import NOW_US
from vehicle.screen.draft import PAGES, Draft
from vehicle.screen.words import Language, word

MINUTE_US = 60_000_000
EMPTY = Draft("e1")


def test_at_first_nothing_is_examined() -> None:
    assert EMPTY.examination("li") is None
    assert not EMPTY.chosen


def test_what_was_chosen_is_sent_and_the_rest_was_not_examined() -> None:
    """Over every page, with who examined."""
    draft = (
        EMPTY.tapped("face", "abnormal")
        .tapped("speech", "normal")
        .tapped("race_weak_side", "left")
        .tapped("race_agnosia", "2")
        .tapped("gcs_eye", "3")
        .tapped("gcs_verbal", "NT")
        .tapped("injury", "penetrating")
    )
    assert draft.examination("li") == CrewExamination(
        "li",
        Gcs(3, None, None, frozenset({GcsPart.VERBAL})),
        StrokeScreen(face=True, speech=False),
        Race(weak_side=WeakSide.LEFT, agnosia=2),
        injury=Injury.PENETRATING,
    )


def test_injury_and_infection_are_the_first_page_and_not_said_at_first() -> None:
    """One tap is enough; none and no are said, what was taken back is not."""
    assert set(EMPTY.items) == {"injury", "infection_suspected"}
    neither = EMPTY.tapped("injury", "none").tapped("infection_suspected", "no")
    assert neither.examination("li") == CrewExamination(
        "li", injury=Injury.NONE, infection_suspected=False
    )
    infected = EMPTY.tapped("infection_suspected", "yes")
    assert infected.examination("li") == CrewExamination("li", infection_suspected=True)
    assert infected.tapped("infection_suspected", "yes").examination("li") is None


def test_a_second_tap_takes_a_choice_back() -> None:
    """Back to not examined, not to normal."""
    draft = EMPTY.tapped("face", "abnormal")
    assert draft.tapped("face", "normal").chosen == {"face": "normal"}
    assert draft.tapped("face", "abnormal") == EMPTY


def test_the_weak_side_decides_what_is_asked_last() -> None:
    """Nothing before it is known; what was answered for the other side is forgotten."""
    race = EMPTY.turned("race")
    assert not {"race_aphasia", "race_agnosia"} & set(race.items)
    right = race.tapped("race_weak_side", "right")
    assert "race_aphasia" in right.items
    assert "race_agnosia" not in right.items
    left = right.tapped("race_aphasia", "2").tapped("race_weak_side", "left")
    assert "race_agnosia" in left.items
    assert "race_aphasia" not in left.chosen
    assert "race_aphasia" in race.tapped("race_weak_side", "neither").items


def test_when_last_well_is_moved_in_whole_minutes_and_never_into_the_future() -> None:
    now_us = NOW_US + 17
    draft = EMPTY.moved(-60, now_us).moved(-10, now_us)
    assert draft.well_us == NOW_US - NOW_US % MINUTE_US - 70 * MINUTE_US
    assert draft.moved(10, now_us).well_us == draft.well_us + 10 * MINUTE_US
    assert EMPTY.moved(10, now_us).well_us == NOW_US - NOW_US % MINUTE_US
    assert draft.unknown().examination("li") is None
    assert draft.examination("li") == CrewExamination("li", last_known_well_us=draft.well_us)


@pytest.mark.parametrize(("item", "choice"), [("nose", "normal"), ("face", "perhaps")])
def test_there_is_no_button_for_anything_else(item: str, choice: str) -> None:
    with pytest.raises(KeyError):
        EMPTY.tapped(item, choice)
    with pytest.raises(KeyError):
        EMPTY.turned("nihss")


@pytest.mark.parametrize("language", Language)
def test_every_item_and_choice_has_words(language: Language) -> None:
    for item, choices in chain.from_iterable(page.items() for page in PAGES.values()):
        assert word(item, language) != item
        names = (one if one in {"normal", "abnormal", "NT"} else f"{item}_{one}" for one in choices)
        assert all(word(name, language) != name for name in names)
