"""``python -m goldenhour.dashboards FOLDER`` writes every dashboard as JSON."""

import sys
from pathlib import Path

from goldenhour.dashboards.drawing import drawn
from goldenhour.dashboards.panels import DASHBOARDS

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for page in DASHBOARDS:
        (folder / f"{page.uid}.json").write_text(drawn(page))
