"""Which channel judges a partition at present."""

from clinical.alarms.priority import Source
from clinical.instant import SECOND_US
from command_center.channels import CHANNEL_LOST_US, Channels
from wire.picture import Picture

A, B = Source.CENTER_A, Source.CENTER_B


def seen(channels: Channels, source: Source, at_us: int, stamped_us: int) -> None:
    channels.seen(Picture(0, stamped_us, source, ()), at_us)


def test_a_channel_is_live_while_its_pictures_come() -> None:
    channels = Channels({A})
    assert channels.live(0, 0) == set()
    seen(channels, A, SECOND_US, 100 * SECOND_US)
    assert channels.live(0, SECOND_US + CHANNEL_LOST_US - 1) == {A}
    assert channels.live(0, SECOND_US + CHANNEL_LOST_US) == set()


def test_a_channel_that_was_just_restored_and_lies_back_is_not_live() -> None:
    """It writes pictures again, but of what was: it is live when it has caught up."""
    channels = Channels({A})
    seen(channels, A, SECOND_US, 100 * SECOND_US)
    seen(channels, B, SECOND_US, 80 * SECOND_US)
    assert channels.live(0, SECOND_US) == {A}
    seen(channels, B, 2 * SECOND_US, 99 * SECOND_US)
    assert channels.live(0, 2 * SECOND_US) == {A, B}


def test_an_old_picture_takes_nothing_back() -> None:
    channels = Channels({A})
    seen(channels, A, SECOND_US, 100 * SECOND_US)
    seen(channels, A, SECOND_US, 60 * SECOND_US)
    assert channels.judged_us(0, A) == 100 * SECOND_US


def test_a_channel_that_was_seen_once_is_expected_from_then_on() -> None:
    channels = Channels({A})
    seen(channels, A, 0, SECOND_US)
    seen(channels, B, 0, SECOND_US)
    seen(channels, A, 5 * SECOND_US, 6 * SECOND_US)
    living = {partition: channels.live(partition, 5 * SECOND_US) for partition in range(2)}
    assert channels.lost(living) == {B: (0,)}


def test_where_no_channel_is_live_none_is_called_lost() -> None:
    """That is more than a lost spare: detection has stopped."""
    channels = Channels({A, B})
    assert channels.lost({partition: channels.live(partition, 0) for partition in range(2)}) == {}
