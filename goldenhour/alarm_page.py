"""Writes ``docs/alarms.md`` from the alarm catalogue: ``python -m goldenhour.alarm_page``."""

from pathlib import Path

from clinical.alarms.page import alarm_page


def main() -> None:
    """Write the page below the working directory."""
    Path("docs/alarms.md").write_text(alarm_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
