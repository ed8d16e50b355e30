"""Plays cases, and says of each what it came to; also the program of one worker process.

The digest covers everything that the night left behind: the log with all stamps, what the
subscriber was told, what the senders know. It takes the bytes of a record by value, because
protobuf does not fix the order of a map. Two runs of one case have the same digest, in any
process that hashes text alike, which is why the worker processes are started with a fixed hash
seed.
"""

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final

import numpy as np
import structlog

from goldenhour.world.bugs import installed
from goldenhour.world.case import Case, from_plain, to_plain
from goldenhour.world.faults import apply_to
from goldenhour.world.night import Night
from goldenhour.world.promises import broken
from ports.log.port import TopicPartition
from wire.topics import TOPICS

HASH_SEED: Final = "0"
"""What PYTHONHASHSEED is set to, so that sets of texts have one order everywhere."""

_ERROR: Final = 50
_US_PER_HOUR: Final = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case came to."""

    case: Case
    broken: dict[str, list[str]]
    """What was found, by promise; empty when every promise was kept."""
    digest: str
    frames: int
    """Frames that the units numbered."""
    unit_hours: float
    """Virtual time, summed over the units."""
    cpu_s: float

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not self.broken


def play(case: Case) -> Outcome:
    """Play a case and check every promise."""
    began_s = time.process_time()
    with installed(case.bug):
        night = Night(case)
        night.play(apply_to)
    found = broken(night)
    night.store.connection.close()
    return Outcome(
        case=case,
        broken=found,
        digest=_digest(night),
        frames=len(night.record.handed),
        unit_hours=case.units * night.schedule.now_us / _US_PER_HOUR,
        cpu_s=time.process_time() - began_s,
    )


def _digest(night: Night) -> str:
    digest = blake2b(digest_size=16)
    for topic in TOPICS:
        for partition in range(topic.partitions):
            for record in night.broker.log.kept(TopicPartition(topic.name, partition)):
                digest.update(record.offset.to_bytes(8, "big"))
                digest.update(record.key or b"")
                value = np.frombuffer(bytearray(record.value or b""), np.uint8)
                value.sort()
                digest.update(value.data)
    for life in night.dispatcher.lives:
        for delivery in life.told:
            digest.update(delivery.delivery_id)
    for key in [*night.record.handed, *night.record.kept]:
        digest.update(repr(key).encode())
    digest.update(repr(night.record.through).encode())
    return digest.hexdigest()


def quiet() -> None:
    """Let a process play worlds: no log lines, and nothing collected while a night goes on.

    What is there now stays, and is not looked through after a night.

    What a killed machine leaves behind is never run again; Python would complain of it when it is
    collected.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_ERROR))
    sys.unraisablehook = lambda _: None
    gc.disable()
    gc.collect()
    gc.freeze()


def play_aside(cases: Sequence[Case], jobs: int) -> Iterator[Outcome]:
    """Play cases in so many processes; yield each outcome as it comes.

    Each process is listened to by a thread of its own: one that nobody hears would stand still as
    soon as a pipe is full of what it said.
    """
    shares = [cases[start::jobs] for start in range(jobs)]
    children = [_child(share) for share in shares if share]
    said: SimpleQueue[Outcome | Exception | None] = SimpleQueue()
    try:
        for child in children:
            Thread(target=_listen, args=(child, said), daemon=True).start()
        playing = len(children)
        while playing:
            one = said.get()
            if isinstance(one, Exception):
                raise one
            if one is None:
                playing -= 1
            else:
                yield one
    finally:
        for child in children:
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()


def _child(cases: Iterable[Case]) -> "subprocess.Popen[str]":
    child = subprocess.Popen(
        [sys.executable, "-m", "goldenhour.world.playing"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": HASH_SEED},
    )
    assert child.stdin is not None  # noqa: S101 - as asked for
    child.stdin.write(json.dumps([to_plain(case) for case in cases]))
    child.stdin.close()
    return child


def _listen(
    child: "subprocess.Popen[str]", said: "SimpleQueue[Outcome | Exception | None]"
) -> None:
    """Pass on what a process says, and None when it has said all."""
    assert child.stdout is not None  # noqa: S101 - as asked for
    try:
        for line in child.stdout:
            plain = json.loads(line)
            said.put(Outcome(case=from_plain(plain.pop("case")), **plain))
    except ValueError as error:
        said.put(error)
    if child.wait() == 0:
        said.put(None)
    else:
        message = "a process that played worlds has failed; its error is above"
        said.put(ChildProcessError(message))


def plain_of(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON has it."""
    return {
        "case": to_plain(outcome.case),
        "broken": outcome.broken,
        "digest": outcome.digest,
        "frames": outcome.frames,
        "unit_hours": outcome.unit_hours,
        "cpu_s": outcome.cpu_s,
    }


def main() -> None:
    """Play the cases on standard input; write one outcome a line."""
    quiet()
    for number, plain in enumerate(json.load(sys.stdin)):
        print(json.dumps(plain_of(play(from_plain(plain)))), flush=True)  # noqa: T201 - its output
        if number % _COLLECT_EVERY == 0:
            gc.collect()


_COLLECT_EVERY: Final = 10

if __name__ == "__main__":
    main()
