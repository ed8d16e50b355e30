"""What a page carries in its head to play the signals of alarms: the patterns, and the script.

The patterns are those of ``clinical.alarms.signals``; the script schedules their pulses by
WebAudio. The flashes are handed on as custom properties of CSS.
"""

import json
from pathlib import Path
from typing import Final

from clinical.alarms.signals import FLASHES, signals_plain

ASSETS: Final = Path(__file__).parent / "assets"
"""The folder to serve at ``PATH``."""

PATH: Final = "/signals"


def head(*, sound: bool) -> str:
    """Return the elements of a head; without ``sound`` the page is silent until asked."""
    patterns = json.dumps({"sound": sound, **signals_plain()})
    rates = "; ".join(
        f"--flash-{priority.name.lower()}: {flash.period_ms}ms"
        for priority, flash in FLASHES.items()
    )
    return (
        f"<style>:root {{ {rates} }}</style>"
        f'<script type="application/json" id="alarm-signals">{patterns}</script>'
        f'<script src="{PATH}/sounder.js" defer></script>'
    )
