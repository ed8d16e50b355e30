import json
import subprocess
import sys

import pytest

from clinical.vitals import Vital
from ports.logging import PATIENT_KEYS, WITHHELD, withhold

PROGRAM = """
import logging
from ports.logging import configure_logging, get_logger
configure_logging(json={json})
get_logger("gateway").info("lane opened", lane="VITALS", heart_rate_bpm=142)
get_logger("gateway").debug("too fine")
logging.getLogger("third.party").warning("of %s", "others")
logging.getLogger("aiokafka").warning("repeated at length")
def take(frame):
    raise ValueError("bug")
try:
    take("pulse 143, of Jane Doe")
except ValueError:
    get_logger("gateway").exception("failed")
"""


def _logged(*, as_json: bool) -> str:
    """Return what a program writes to standard error; it must write nothing to standard output."""
    program = PROGRAM.format(json=as_json)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return done.stderr


def test_json_is_one_object_per_line_with_level_time_and_logger() -> None:
    events = [json.loads(line) for line in _logged(as_json=True).splitlines()]
    opened, third, failed = events
    assert opened["event"] == "lane opened"
    assert opened["lane"] == "VITALS"
    assert opened["level"] == "info"
    assert opened["logger"] == "gateway"
    assert opened["timestamp"].endswith("Z")
    assert (third["event"], third["logger"]) == ("of others", "third.party")
    assert failed["exception"][0]["exc_type"] == "ValueError"


def test_a_vital_sign_never_reaches_the_log() -> None:
    for as_json in (True, False):
        logged = _logged(as_json=as_json)
        assert "142" not in logged.split("lane opened")[1].splitlines()[0]
        assert WITHHELD in logged


def test_a_traceback_shows_no_variables() -> None:
    """What a function held when it failed is often a frame, and so a patient."""
    for as_json in (True, False):
        logged = _logged(as_json=as_json)
        assert "ValueError" in logged
        failed = logged[logged.index("failed") :]
        assert "Jane Doe" not in failed.replace('take("pulse 143, of Jane Doe")', "")


def test_the_console_names_event_and_keys() -> None:
    assert "lane opened" in _logged(as_json=False)


@pytest.mark.parametrize("key", sorted(PATIENT_KEYS))
def test_what_is_logged_under_the_name_of_patient_data_is_withheld(key: str) -> None:
    assert withhold(None, "info", {"event": "e", key: "secret"}) == {"event": "e", key: WITHHELD}


def test_every_vital_sign_is_withheld() -> None:
    assert set(Vital) <= PATIENT_KEYS


def test_other_keys_pass() -> None:
    assert withhold(None, "info", {"event": "e", "partition": 3}) == {"event": "e", "partition": 3}
