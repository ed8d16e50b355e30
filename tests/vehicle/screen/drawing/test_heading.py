import msgspec

from tests.vehicle.screen.scenes import LINK, scene
from vehicle.screen.drawing.heading import banner, heading, link
from vehicle.screen.words import Language


def test_a_link_is_plain_words() -> None:
    assert "everything has arrived" in link(scene())
    behind = msgspec.structs.replace(LINK, waiting=12, waiting_us=5_000_000)
    assert "12 records on their way" in link(scene(link=behind))
    cut = msgspec.structs.replace(LINK, connected=False, waiting=40, waiting_us=5_000_000)
    assert "40 records kept here" in link(scene(link=cut))


def test_what_is_just_under_way_is_not_called_behind() -> None:
    moving = msgspec.structs.replace(LINK, waiting=2, waiting_us=100_000)
    assert "everything has arrived" in link(scene(link=moving))


def test_refused_records_are_told() -> None:
    refused = msgspec.structs.replace(LINK, refused=3)
    assert "3 records refused" in link(scene(link=refused))


def test_a_view_that_is_old_says_so_above_everything() -> None:
    assert banner(scene()) == ""
    assert "NOT current" in banner(scene(current=False))


def test_what_is_left_out_is_told_in_plain_words() -> None:
    thinned = msgspec.structs.replace(LINK, thinned=["WAVEFORM", "VITALS"])
    assert "waveforms are not being sent" in link(scene(link=thinned))
    assert "only the newest vital signs" in link(scene(link=thinned))


def test_the_screen_says_in_both_languages_that_it_is_no_medical_device() -> None:
    assert "Not a medical device" in heading(scene())
    assert "非医疗器械" in heading(scene(language=Language.ZH))
