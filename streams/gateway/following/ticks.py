"""Time as data: each second one tick into every partition of `patients` and of `images`.

The partitions have their ticks in turn, spread over the second: with a tick comes a look at every
patient of the partition, and all at once they would stand before whatever arrives meanwhile.

Judgement knows no clock but these stamps, so a gateway has to say when its clock is not to be
trusted: it compares each tick of another gateway, as it arrives, with its own clock. Ticks that
arrive late because the log stood still count as disagreement too, and rightly: while the log
stands still, a unit's silence means nothing. While a partition does not confirm ticks, further
ones are left out, so that a returning log is not flooded with old time.
"""

from asyncio import Future
from collections import Counter
from typing import Final

from ports.clock import Clock
from ports.log.port import LogWriter
from wire.records import HEADERS_TICK, Tick, encode_tick
from wire.topics import IMAGES, PATIENTS

TICK_US: Final = 1_000_000
"""From one tick of a partition to the next."""

BEATS: Final = 4
"""Parts of a second; in each a part of the partitions has its tick."""

CLOCK_DISAGREEMENT_US: Final = 1_000_000
"""Distance from the newest foreign tick beyond which a gateway calls itself unhealthy."""

TICKED: Final = (PATIENTS, IMAGES)
"""Topics that are judged by the time in them."""

FOREIGN_KEPT_US: Final = 3_000_000
"""Age at which a foreign tick no longer counts: that gateway is gone."""

UNCONFIRMED_TICKS: Final = 2
"""Ticks of a partition that may be unconfirmed; further ones are left out until they are."""


class ForeignClock:
    """The newest tick of another gateway, compared with this one's clock."""

    def __init__(self, gateway_id: str) -> None:
        self._gateway_id = gateway_id
        self._heard_us: int | None = None
        self._disagreement_us = 0

    def hear(self, tick: Tick, now_us: int) -> None:
        """Take note of a tick as it arrives; one's own are ignored."""
        if tick.gateway_id != self._gateway_id:
            self._heard_us = now_us
            self._disagreement_us = abs(now_us - tick.stamped_us)

    def agrees(self, now_us: int) -> bool:
        """Say whether no living gateway contradicts this one's clock."""
        if self._heard_us is None or abs(now_us - self._heard_us) > FOREIGN_KEPT_US:
            return True
        return self._disagreement_us <= CLOCK_DISAGREEMENT_US


class Ticker:
    """Writes the ticks of this gateway."""

    def __init__(
        self, *, writer: LogWriter, clock: Clock, gateway_id: str, foreign: ForeignClock
    ) -> None:
        self._writer = writer
        self._clock = clock
        self._gateway_id = gateway_id
        self._foreign = foreign
        self._unconfirmed: Counter[tuple[str, int]] = Counter()

    async def run(self) -> None:
        """Tick each partition once a second, until cancelled; seconds that were missed stay so."""
        began_us, beat = self._clock.monotonic_us(), 0
        while True:
            await self.tick(beat)
            wait_us = began_us + (beat + 1) * TICK_US // BEATS - self._clock.monotonic_us()
            missed_s = max(0, -wait_us) // TICK_US
            beat += 1 + BEATS * missed_s
            await self._clock.sleep_us(max(0, wait_us))

    async def tick(self, beat: int) -> None:
        """Write one tick into every partition whose turn it is and that confirms them."""
        now_us = self._clock.now_us()
        tick = Tick(self._gateway_id, now_us, healthy=self._foreign.agrees(now_us))
        value = encode_tick(tick)
        for topic in TICKED:
            for partition in range(beat % BEATS, topic.partitions, BEATS):
                if self._unconfirmed[topic.name, partition] < UNCONFIRMED_TICKS:
                    await self._send(topic.name, partition, value)

    async def _send(self, topic: str, partition: int, value: bytes) -> None:
        future = await self._writer.send(topic, partition, value, headers=HEADERS_TICK)
        self._unconfirmed[topic, partition] += 1

        def confirmed(future: Future[int]) -> None:
            self._unconfirmed[topic, partition] -= 1
            if not future.cancelled():
                future.exception()

        future.add_done_callback(confirmed)
