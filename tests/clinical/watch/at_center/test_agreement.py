"""Vehicle and center compared: what differs for five seconds on the same data is told."""

from clinical.alarms.identity import FrameRef, alarm_id
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import SourceStatus, Transition
from clinical.instant import SECOND_US
from clinical.items import (
    Capture,
    EdgeTransition,
    EncounterChange,
    EncounterEvent,
    Item,
    Vitals,
)
from clinical.watch.at_center.agreement import DISPUTES_MAX
from clinical.watch.patient import Emission, PatientWatch

ENCOUNTER, UNIT, LIVE, OLD = "e1", "A-01", bytes(16), b"1" * 16
VITALS, ALARM = 2, 1
WELL = Vitals(heart_rate_bpm=80, systolic_mmhg=120)
LOW = Vitals(heart_rate_bpm=80, systolic_mmhg=80)


class Bay:
    """One patient of one unit, as the center's watch hears of them."""

    def __init__(self) -> None:
        self.watch = PatientWatch(ENCOUNTER, Source.CENTER_A)
        self.sequence = 0
        self.said: list[Emission] = []

    def hear(
        self,
        second: float,
        item: Item,
        *,
        lane: int = VITALS,
        segment: bytes = LIVE,
        unit: str = UNIT,
        received: float | None = None,
    ) -> FrameRef:
        self.sequence += 1
        frame = FrameRef(unit, lane, segment, self.sequence, 0)
        at_us = int(second * SECOND_US)
        now_us = at_us if received is None else int(received * SECOND_US)
        self.said += self.watch.on_item(item, Capture(frame, at_us, now_us, "boot"), now_us)
        return frame

    def edge(
        self,
        second: float,
        frame: FrameRef,
        *,
        active: bool,
        revision: int,
        decided: float = -1,
        cause: Cause = Cause.SYSTOLIC_LOW,
        subject: str = "",
    ) -> None:
        """Let the vehicle say that the pressure is low, or no longer; or of another cause."""
        said = Transition(
            encounter_id=ENCOUNTER,
            unit_id=UNIT,
            alarm_id=alarm_id(ENCOUNTER, cause, frame, subject),
            cause=cause,
            subject=subject,
            category=Category.PHYSIOLOGICAL,
            priority=Priority.HIGH,
            phase=Phase.START if active else Phase.END,
            active=active,
            source=Source.EDGE,
            revision=revision,
            since_us=int(second * SECOND_US),
            learned_us=int((second if decided < 0 else decided) * SECOND_US),
            until_us=None if active else int(second * SECOND_US),
            recorded_only=False,
            late=False,
            frame=frame,
            reason=None,
        )
        self.hear(second, EdgeTransition(said), lane=ALARM)

    def tick(self, second: int) -> None:
        self.said += self.watch.on_tick(second * SECOND_US, second * SECOND_US)

    def run(self, start: int, end: int, item: Item = WELL, *, segment: bytes = LIVE) -> None:
        """A value and a tick each second."""
        for second in range(start, end):
            self.hear(second, item, segment=segment)
            self.tick(second)

    @property
    def disputes(self) -> list[tuple[str, Phase]]:
        return [
            (one.subject, one.phase)
            for one in self.said
            if isinstance(one, Transition) and one.cause == Cause.EDGE_DISAGREES
        ]


def test_an_alarm_that_only_the_vehicle_holds_is_told_after_five_seconds() -> None:
    """And the dispute is over as soon as the vehicle says that the alarm is."""
    bay = Bay()
    bay.run(0, 10)
    frame = bay.hear(10, WELL)
    bay.edge(10.1, frame, active=True, revision=1)
    bay.run(11, 16)
    assert bay.disputes == []
    bay.run(16, 18)
    assert bay.disputes == [("SYSTOLIC_LOW", Phase.START)]
    bay.edge(18.1, frame, active=False, revision=2)
    bay.run(19, 21)
    assert bay.disputes[1:] == [("SYSTOLIC_LOW", Phase.END)]


def test_an_alarm_that_the_vehicle_has_ended_and_the_center_holds_is_told() -> None:
    bay = Bay()
    bay.run(0, 10)
    frame = bay.hear(10, LOW)
    bay.edge(10.1, frame, active=True, revision=1)
    bay.run(11, 20, LOW)
    bay.edge(20, frame, active=False, revision=2)
    bay.run(20, 28, LOW)
    assert bay.disputes == [("SYSTOLIC_LOW", Phase.START)]
    held = [
        (one.phase, one.revision, one.active)
        for one in bay.said
        if isinstance(one, Transition)
        and (one.cause, one.source) == (Cause.SYSTOLIC_LOW, Source.CENTER_A)
    ]
    assert held == [(Phase.START, 1, True), (Phase.UPDATE, 2, True)]


def test_what_the_center_records_of_the_past_ends_nothing_that_it_holds() -> None:
    """A backlog that comes in pieces, while both hold the alarm, is no dispute."""
    bay = Bay()
    bay.run(0, 10)
    frame = bay.hear(60, LOW)
    bay.edge(60.1, frame, active=True, revision=1)
    bay.run(61, 75, LOW)
    for second in (*range(12, 30), *range(40, 55)):
        bay.hear(second, LOW, segment=OLD, received=75)
    bay.run(76, 90, LOW)
    recorded = [one for one in bay.said if isinstance(one, Transition) and one.recorded_only]
    assert {one.cause for one in recorded} == {Cause.SYSTOLIC_LOW}
    assert bay.disputes == []


def test_a_score_that_rose_in_the_dark_is_not_compared() -> None:
    """The center scores a backlog at its end: that it does not hold what was over is no dispute."""
    for decided, told in ((30, [("NEWS2_HIGH", Phase.START)]), (15, [])):
        bay = Bay()
        bay.run(0, 30)
        frame = bay.hear(30, WELL)
        bay.edge(30.1, frame, active=True, revision=1, decided=decided, cause=Cause.NEWS2_HIGH)
        bay.run(31, 50)
        assert bay.disputes == told


def test_who_agrees_is_never_told_of() -> None:
    bay = Bay()
    bay.run(0, 10)
    frame = bay.hear(10, LOW)
    bay.edge(10.1, frame, active=True, revision=1)
    bay.run(11, 40, LOW)
    bay.hear(40, WELL)
    bay.edge(40.1, frame, active=False, revision=2)
    bay.run(41, 60)
    assert bay.disputes == []


def test_a_center_that_has_not_got_the_data_does_not_disagree() -> None:
    """The vehicle's word comes through a cut first; the frames that it judged follow later."""
    bay = Bay()
    bay.run(0, 10, segment=OLD)
    frame = FrameRef(UNIT, VITALS, OLD, 500, 0)
    bay.edge(40, frame, active=True, revision=1, decided=30)
    bay.run(40, 60)
    assert bay.disputes == []


def test_a_move_to_another_unit_ends_what_the_former_vehicle_said() -> None:
    """Its word counts no more in the fold either."""
    bay = Bay()
    bay.run(0, 10)
    frame = bay.hear(10, WELL)
    bay.edge(10.1, frame, active=True, revision=1)
    bay.run(11, 18)
    offered = EncounterEvent(EncounterChange.OFFERED, to_unit_id="B-02")
    bay.hear(18, offered, lane=ALARM)
    bay.hear(19, EncounterEvent(EncounterChange.CLAIMED), lane=ALARM, unit="B-02")
    assert bay.disputes == [("SYSTOLIC_LOW", Phase.START), ("SYSTOLIC_LOW", Phase.END)]
    assert SourceStatus(ENCOUNTER, Source.EDGE, live=False, at_us=19 * SECOND_US) in bay.said


def test_a_dispute_that_is_let_go_for_others_ends() -> None:
    """What is compared no longer is not in dispute: nobody could say that it is over."""
    bay = Bay()
    bay.run(0, 10)
    frame = bay.hear(10, WELL)
    bay.edge(10.1, frame, active=True, revision=1)
    bay.run(11, 20)
    assert [phase for _, phase in bay.disputes] == [Phase.START]
    for number in range(DISPUTES_MAX):
        bay.edge(20, frame, active=False, revision=2, cause=Cause.SENSOR_OFF, subject=f"{number}")
    bay.run(20, 23)
    assert [phase for _, phase in bay.disputes] == [Phase.START, Phase.END]


def test_a_vehicle_compares_nothing() -> None:
    bay = Bay()
    bay.watch = PatientWatch(ENCOUNTER, Source.EDGE)
    frame = bay.hear(0, WELL)
    bay.edge(0.1, frame, active=True, revision=1)
    bay.run(1, 20)
    assert bay.disputes == []


def test_a_rhythm_is_not_compared_nor_what_it_holds_back() -> None:
    """The center waits for the waveforms on a thin link, and judges the heart rate meanwhile."""
    fibrillation, low = Cause.VENTRICULAR_FIBRILLATION, Cause.HEART_RATE_LOW
    bay = Bay()
    bay.run(0, 10)
    rate = bay.hear(10, WELL)
    bay.edge(10.1, rate, active=True, revision=1, cause=low)
    bay.edge(10.2, rate, active=False, revision=2, cause=low)
    chunk = FrameRef(UNIT, 3, LIVE, 7, 0)
    bay.edge(11, chunk, active=True, revision=1, cause=fibrillation)
    bay.run(12, 40, Vitals(heart_rate_bpm=35, systolic_mmhg=120))
    begun = {one.cause for one in bay.said if isinstance(one, Transition) and one.active}
    assert low in begun
    assert bay.disputes == []
    bay.edge(40, chunk, active=False, revision=2, cause=fibrillation)
    bay.run(41, 50, Vitals(heart_rate_bpm=35, systolic_mmhg=120))
    assert bay.disputes == [("HEART_RATE_LOW", Phase.START)]
