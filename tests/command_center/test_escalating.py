"""What the center writes about alarms that nobody answers."""

import asyncio
from dataclasses import replace
from pathlib import Path

from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Priority
from clinical.alarms.recipient import Recipient
from clinical.alarms.transition import Escalation, Place
from clinical.alarms.view import AlarmState, AlarmView
from clinical.instant import SECOND_US
from command_center.escalating import WRITTEN_AGAIN_US, Escalating
from ports.log.memory_log import MemoryLog
from tests.command_center.night import acknowledgement, append, at, transition
from tests.command_center.station import station_at
from tests.patience import PATIENCE_S

SECONDS = 1_000_000


class Desk:
    """A book, the center's clock, and what is due."""

    def __init__(self) -> None:
        self.book = AlarmBook()
        self.escalating = Escalating()
        self.now_us = at(100)
        self.look(0)

    def look(self, seconds: float) -> list[Escalation]:
        """Let time pass, and fold what is due at its end."""
        self.now_us += int(seconds * SECOND_US)
        due = self.escalating.judge(self.book.current(), self.now_us)
        for entry in due:
            self.book.apply(entry, entry.at_us)
        return due

    @property
    def view(self) -> AlarmView:
        (view,) = self.book.current()
        return view


def test_clinician_then_supervisor_then_reminders_until_somebody_answers() -> None:
    """The clock is the center's; no new data of the patient is needed."""
    desk = Desk()
    desk.book.apply(transition(1, 1), at(1))
    assert desk.look(0) == desk.look(29) == []
    told = [(*desk.look(1), None)[0]]
    for seconds in (60, 120, 120):
        told += desk.look(seconds)
    assert [entry and entry.to for entry in told] == [
        Recipient.CLINICIAN, *[Recipient.SUPERVISOR] * 3,
    ]  # fmt: skip
    assert [entry and entry.step for entry in told] == [1, 2, 3, 4]
    desk.book.apply(replace(acknowledgement(1, 700), place=Place.CENTER), at(700))
    assert not desk.view.unacknowledged
    assert desk.look(1_000) == []


def test_the_wait_begins_when_this_center_learned_of_it() -> None:
    """A unit brings after a cut what began long ago: nobody here was late."""
    desk = Desk()
    desk.book.apply(transition(1, 1), at(1))
    assert desk.now_us - desk.view.called_us > 90 * SECOND_US
    assert desk.look(1) == []
    assert len(desk.look(30)) == 1


def test_a_restart_gives_nobody_more_time() -> None:
    """The first look takes the beginning from the log, and tells each recipient once."""
    desk = Desk()
    desk.book.apply(transition(1, 1), at(1))
    desk.escalating = Escalating()
    assert [entry.step for entry in desk.look(0)] == [1]
    assert [entry.step for entry in desk.look(1)] == [2]
    assert desk.look(1) == []


def test_what_does_not_come_back_is_written_again_under_the_same_name() -> None:
    desk = Desk()
    desk.book.apply(transition(1, 1), at(1))
    desk.look(0)
    now_us = desk.now_us + 30 * SECOND_US
    (first,) = desk.escalating.judge(desk.book.current(), now_us)
    assert desk.escalating.judge(desk.book.current(), now_us + WRITTEN_AGAIN_US - 1) == []
    (again,) = desk.escalating.judge(desk.book.current(), now_us + WRITTEN_AGAIN_US)
    assert again.request_id == first.request_id
    assert len(first.request_id) <= 64


def test_what_is_over_low_or_gone_waits_for_nobody() -> None:
    desk = Desk()
    desk.book.apply(transition(1, 1), at(1))
    low = replace(desk.view, priority=Priority.LOW)
    latched = replace(desk.view, state=AlarmState.LATCHED)
    escalating = Escalating()
    for seconds in (0, 1_000):
        assert escalating.judge([low, latched], desk.now_us + seconds * SECONDS) == []


async def test_a_running_center_writes_it_to_the_log_and_tells_its_subscribers(
    log: MemoryLog, tmp_path: Path
) -> None:
    """It stood unanswered while no center ran: the clinician is told, and the feed says so."""
    await append(log, transition(1, 1))
    async with station_at(log, tmp_path) as station:
        feed = station.subscribe()
        await feed.until_caught_up()
        async with asyncio.timeout(PATIENCE_S):
            while not station.center.publisher.current()[0].escalations:
                await feed.next()
    (view,) = station.center.publisher.current()
    assert view.escalations[0].to is Recipient.CLINICIAN
    assert view.unacknowledged
