"""The head of a page carries the patterns, the rates of the flashes, and the script that plays."""

import json
import re

from clinical.alarms.priority import Priority
from clinical.alarms.signals import FLASHES, signals_plain
from ports.signals.head import ASSETS, PATH, head


def test_the_patterns_stand_in_the_page_as_they_are() -> None:
    text = head(sound=False)
    found = re.search(r'id="alarm-signals">(.*?)</script>', text)
    assert found is not None
    assert json.loads(found[1]) == {"sound": False, **signals_plain()}


def test_the_rates_are_properties_of_the_page() -> None:
    period_ms = FLASHES[Priority.HIGH].period_ms
    assert f"--flash-high: {period_ms}ms" in head(sound=True)


def test_the_script_is_where_the_page_looks_for_it() -> None:
    (name,) = re.findall(rf'src="{PATH}/([^"]+)"', head(sound=True))
    assert (ASSETS / name).is_file()
