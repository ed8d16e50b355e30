"""An event strip as a file: a sheet to look at, or its samples as JSON; pure."""

import json
from pathlib import Path
from typing import Any

from command_center.imaging.event_strips import sheet_of
from wire.strips import AlarmStrip


def written(told: AlarmStrip, out: Path) -> str:
    """Return what the file holds, by the ending of its name.

    Raises:
        ValueError: it is neither svg nor json.
    """
    match out.suffix:
        case ".svg":
            return sheet_of(told)
        case ".json":
            return json.dumps(_plain(told)) + "\n"
        case _:
            message = f"{out.name} ends neither in .svg nor in .json"
            raise ValueError(message)


def _plain(told: AlarmStrip) -> dict[str, Any]:
    strip = told.strip
    return {
        "alarm_id": told.alarm_id.hex(),
        "encounter_id": told.encounter_id,
        "unit_id": told.unit_id,
        "cause": told.cause,
        "onset_us": strip.onset_us,
        "from_us": strip.from_us,
        "to_us": strip.to_us,
        "whole": strip.whole,
        "stretches": [
            {
                "lead": lead,
                "rate_hz": one.rate_hz,
                "scale_uv_per_bit": one.scale_uv_per_bit,
                "start_us": one.start_us,
                "samples": list(one.samples),
            }
            for lead, stretches in strip.leads.items()
            for one in stretches
        ],
    }
