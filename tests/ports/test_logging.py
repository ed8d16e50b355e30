import json
import logging
import subprocess
import sys

import pytest

from clinical.vitals import Vital
from ports.logging import (
    PATIENT_KEYS,
    REPEATED_AFTER_S,
    REPEATS_KEPT,
    WITHHELD,
    Seldom,
    withhold,
)

PROGRAM = """
import logging
from ports.logging import configure_logging, get_logger
configure_logging(json={json})
get_logger("gateway").info("lane opened", lane="VITALS", heart_rate_bpm=142)
get_logger("gateway").debug("too fine")
logging.getLogger("third.party").warning("of %s", "others")
logging.getLogger("aiokafka").warning("repeated at length")
for _ in range(3):
    logging.getLogger("aiokafka.cluster").error("no topic %s", "alarms")
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
    opened, third, _, failed = events
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


def test_the_console_names_event_and_keys_without_colours_in_a_file() -> None:
    logged = _logged(as_json=False)
    assert "lane opened" in logged
    assert "lane=VITALS" in logged
    assert "\x1b" not in logged


def test_what_a_kafka_client_says_at_each_attempt_is_written_once() -> None:
    for as_json in (True, False):
        assert _logged(as_json=as_json).count("no topic alarms") == 1


def test_it_is_written_again_after_a_while_and_others_may_repeat_themselves() -> None:
    seldom = Seldom()
    passed = []
    for name, at_s in (("aiokafka", 0), ("aiokafka", 9), ("aiokafka", 11), ("x", 11), ("x", 11)):
        record = logging.LogRecord(name, logging.ERROR, "", 0, "lost", None, None)
        record.created = REPEATED_AFTER_S / 10 * at_s
        passed.append(seldom.filter(record))
    assert passed == [True, False, True, True, True]


def test_what_is_remembered_of_repeated_words_is_bounded() -> None:
    """With more different words than that a repetition is written, and none is lost."""
    seldom = Seldom()
    words = [f"lost {number}" for number in range(REPEATS_KEPT + 1)]
    for word in [*words, words[0]]:
        assert seldom.filter(logging.LogRecord("aiokafka", logging.ERROR, "", 0, word, None, None))


@pytest.mark.parametrize("key", sorted(PATIENT_KEYS))
def test_what_is_logged_under_the_name_of_patient_data_is_withheld(key: str) -> None:
    assert withhold(None, "info", {"event": "e", key: "secret"}) == {"event": "e", key: WITHHELD}


def test_every_vital_sign_is_withheld() -> None:
    assert set(Vital) <= PATIENT_KEYS


def test_other_keys_pass() -> None:
    assert withhold(None, "info", {"event": "e", "partition": 3}) == {"event": "e", "partition": 3}
