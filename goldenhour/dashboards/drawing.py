"""Draws a dashboard as Grafana's JSON, by Grafana's own builders."""

import json
from collections.abc import Iterator
from typing import Final

from grafana_foundation_sdk.builders import common, dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    GraphTresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    Threshold,
    ThresholdsMode,
)

from goldenhour.dashboards.panels import Dashboard, Panel

DATA_SOURCE: Final = "goldenhour-prometheus"
"""Uid of the data source in deploy/grafana/provisioning."""

_WIDTH: Final = 8
_HEIGHT: Final = 7
_LETTERS: Final = "ABCDEFGH"


def drawn(page: Dashboard) -> str:
    """Return the JSON that Grafana loads."""
    builder = (
        dashboard.Dashboard(page.title)
        .uid(page.uid)
        .tags(["goldenhour"])
        .refresh("5s")
        .time("now-15m", "now")
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .readonly()
    )
    for panel in page.panels:
        builder.with_panel(_graph(panel))
    return json.dumps(builder.build(), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def _graph(panel: Panel) -> timeseries.Panel:
    graph = (
        timeseries.Panel()
        .title(panel.title)
        .description(panel.says)
        .unit(panel.unit)
        .min(0)
        .height(_HEIGHT)
        .span(_WIDTH)
        .datasource(DataSourceRef("prometheus", DATA_SOURCE))
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(show_legend=True)
        )
    )
    for query in _queries(panel):
        graph.with_target(query)
    if panel.alarm_over is not None:
        graph.thresholds(_threshold(panel.alarm_over)).thresholds_style(
            common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.AREA)
        )
    return graph


def _queries(panel: Panel) -> Iterator[prometheus.Dataquery]:
    for letter, query in zip(_LETTERS, panel.queries, strict=False):
        yield (prometheus.Dataquery().ref_id(letter).expr(query.expr).legend_format(query.legend))


def _threshold(value: float) -> dashboard.ThresholdsConfig:
    steps = [Threshold(value=None, color="transparent"), Threshold(value=value, color="red")]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)
