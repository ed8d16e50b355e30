from vehicle.downlink.live_view import CHUNK_US, VIEWS_MAX, LiveView
from wire.messages import Message
from wire.unit_items import Receipt, ReceiptStage

PATIENT = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"


def asked(
    name: str,
    *,
    chunk_ms: int = 200,
    until_us: int = 1_000,
    encounter_id: str | None = PATIENT,
    supersedes: str | None = None,
) -> Message:
    return Message(name, "A1", "", "desk", 0, until_us, supersedes, encounter_id, chunk_ms)


def test_a_request_holds_for_its_patient_and_its_time() -> None:
    view = LiveView()
    assert view.receive(asked("m1"), 0) == Receipt("m1", ReceiptStage.DELIVERED)
    assert view.chunk_us(PATIENT, 999) == 200_000
    assert view.chunk_us(PATIENT, 1_000) == CHUNK_US
    assert view.chunk_us("another", 0) == CHUNK_US


def test_a_request_without_a_patient_holds_for_all_of_the_unit() -> None:
    view = LiveView()
    view.receive(asked("m1", encounter_id=None), 0)
    assert view.chunk_us("anybody", 0) == 200_000


def test_a_request_that_comes_late_changes_nothing() -> None:
    view = LiveView()
    assert view.receive(asked("m1"), 1_000) == Receipt("m1", ReceiptStage.EXPIRED)
    assert view.chunk_us(PATIENT, 0) == CHUNK_US


def test_of_several_watchers_the_most_eager_is_served() -> None:
    view = LiveView()
    view.receive(asked("m1", chunk_ms=500), 0)
    view.receive(asked("m2", chunk_ms=100, until_us=500), 0)
    assert [view.chunk_us(PATIENT, now_us) for now_us in (0, 500)] == [100_000, 500_000]


def test_a_later_request_takes_the_place_of_the_one_that_it_names() -> None:
    view = LiveView()
    view.receive(asked("m1", chunk_ms=100), 0)
    view.receive(asked("m2", chunk_ms=500, supersedes="m1"), 0)
    assert view.chunk_us(PATIENT, 0) == 500_000


def test_no_more_requests_are_kept_than_the_bound() -> None:
    view = LiveView()
    for number in range(VIEWS_MAX + 5):
        view.receive(asked(f"m{number}", until_us=1_000 + number), 0)
    assert len(view._requests) == VIEWS_MAX
    assert "m0" not in view._requests
