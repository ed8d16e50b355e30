"""The line of a CT series in a terminal."""

from clinical.imaging.geometry import GeometryProblem
from goldenhour.feed.series import series_line
from goldenhour.feed.wording import Language
from tests.goldenhour.feed.alarms import NOON_US
from wire.series import SeriesStage, SeriesWord

ENCOUNTER = "01890a5d-ac96-774b-bcce-b302099a8057"


def test_a_line_says_which_how_far_how_soon_and_what_is_found() -> None:
    problems = (GeometryProblem.TILTED, GeometryProblem.GAP)
    word = SeriesWord(
        ENCOUNTER, "MCT-01", "1.2", SeriesStage.COMPLETE, 28, 28, 412_000, problems, 18.54, NOON_US
    )
    assert series_line(word, Language.EN) == (
        "CT  MCT-01       9a8057  CT series complete  (28 of 28 slices, first image after 0.4 s, "
        "gantry tilted 18.5°, gap between slices)  12:00:00"
    )
    assert series_line(word, Language.ZH) == (
        "CT  MCT-01       9a8057  CT序列完整  (28/28层, 首图用时0.4秒, "
        "机架倾斜 18.5°, 层间有空隙)  12:00:00"
    )


def test_what_is_not_known_is_not_said() -> None:
    """A series whose announcement is not here yet has no number of slices and no delay."""
    word = SeriesWord(
        ENCOUNTER, "MCT-01", "1.2", SeriesStage.VIEWABLE, 3, None, None, (), None, NOON_US
    )
    assert series_line(word, Language.EN).endswith("CT series viewable  (3 of ? slices)  12:00:00")


def test_every_stage_and_problem_has_words_in_both_languages() -> None:
    for language in Language:
        for stage in SeriesStage:
            word = SeriesWord(
                ENCOUNTER, "U", "1", stage, 0, 1, None, tuple(GeometryProblem), None, NOON_US
            )
            assert series_line(word, language)
