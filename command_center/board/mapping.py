"""What the board's map is told of a unit, as plain data."""

from typing import Any

from command_center.roster import RosterUnit


def unit_plain(unit: RosterUnit) -> dict[str, Any]:
    """Return a unit as the map shows it; None stands for what is not known."""
    position = unit.position
    if position is None:
        return {"id": unit.unit_id, "at_us": None}
    kind = position.kind
    return {
        "id": unit.unit_id,
        "at_us": unit.position_us,
        "latitude_deg": position.latitude_deg,
        "longitude_deg": position.longitude_deg,
        "speed_kmh": position.speed_kmh,
        "heading_deg": position.heading_deg,
        "kind": None if kind is None else kind.name,
    }
