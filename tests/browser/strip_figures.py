"""Measures the live strip in Chromium: `python -m tests.browser.strip_figures [SECONDS]`.

A center over a log in memory, a patient with two leads at 250 Hz, one open page. Printed as JSON:
frames per second while it sweeps, the time from one to the next and of drawing one, frames that
took longer than two of the screen, and how far the newest drawn sample is behind its capture.
"""

import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from clinical.vitals import Vital
from goldenhour.bench.programs.chromium import chromium
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from tests.browser.bedside import bedside_of
from tests.browser.ward import Patient, desk_at, ward_over

SETTLED_US = 12_000_000
LONG_MS = 2 * 1_000 / 60 + 1
SHOW = "() => window.goldenhourStrip"
BEGIN = """() => {
  const figures = window.goldenhourStrip;
  figures.frames = 0;
  for (const name of ['intervals', 'draw_ms', 'behind_ms']) figures[name].length = 0;
}"""


async def measure(seconds: int) -> dict[str, Any]:
    """Watch one strip for so long, after it has found its place."""
    log, clock = MemoryLog(), SystemClock()
    with tempfile.TemporaryDirectory() as home:
        async with desk_at(log, Path(home)) as desk, ward_over(log) as ward, chromium() as browser:
            patient = await ward.admit(Patient(1, "AMB-05", 33, {Vital.HEART_RATE: 82.0}, 1))
            async with bedside_of(log, patient):
                page = await browser.new_page(viewport={"width": 1440, "height": 900})
                await page.goto(f"{desk.url}/#/patient/{patient.id}")
                await page.wait_for_function("() => window.goldenhourStrip?.frames > 10")
                await clock.sleep_us(SETTLED_US)
                await page.evaluate(BEGIN)
                await clock.sleep_us(seconds * 1_000_000)
                found: dict[str, Any] = await page.evaluate(SHOW)
    return figures(found)


def figures(found: dict[str, Any]) -> dict[str, Any]:
    """Reduce what the page kept to what is reported."""
    intervals = found["intervals"]
    return {
        "frames": len(intervals),
        "frames_per_s": round(1_000 * len(intervals) / sum(intervals), 1),
        "interval_ms": _spread(intervals),
        "long_frames": sum(interval > LONG_MS for interval in intervals),
        "draw_ms": _spread(found["draw_ms"]),
        "behind_capture_ms": _spread(found["behind_ms"]),
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    places = {"p50": 0.5, "p95": 0.95, "max": 1.0}
    return {name: round(ordered[int(at * (len(ordered) - 1))], 1) for name, at in places.items()}


def main() -> None:
    """Measure for as long as is asked, thirty seconds otherwise."""
    logging.disable(logging.WARNING)
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    sys.stdout.write(json.dumps(asyncio.run(measure(seconds)), indent=2) + "\n")


if __name__ == "__main__":
    main()
