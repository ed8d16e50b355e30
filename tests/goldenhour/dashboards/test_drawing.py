import json
from pathlib import Path

from goldenhour.dashboards.drawing import DATA_SOURCE, drawn
from goldenhour.dashboards.panels import DASHBOARDS

FOLDER = Path(__file__).parents[3] / "deploy" / "grafana"


def test_the_committed_dashboards_are_what_the_code_draws() -> None:
    """A change of a panel arrives together with the file that Grafana loads."""
    committed = {path.stem: path.read_text() for path in (FOLDER / "dashboards").glob("*.json")}

    assert committed == {page.uid: drawn(page) for page in DASHBOARDS}


def test_every_panel_asks_the_provisioned_data_source() -> None:
    """The uid in the panels is the one that Grafana is given."""
    provisioned = (FOLDER / "provisioning" / "datasources" / "prometheus.yaml").read_text()

    assert f"uid: {DATA_SOURCE}\n" in provisioned
    for page in DASHBOARDS:
        panels = json.loads(drawn(page))["panels"]
        assert {panel["datasource"]["uid"] for panel in panels} == {DATA_SOURCE}
        assert [panel["title"] for panel in panels] == [panel.title for panel in page.panels]
