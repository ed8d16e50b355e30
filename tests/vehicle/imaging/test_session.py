"""The upload of one series, by hand: what goes next, and what is known to be held."""

from pathlib import Path

from vehicle.imaging.series import Series, SeriesObject
from vehicle.imaging.session import ATTEMPTS_MAX, UploadSession
from vehicle.imaging.window import PIECE_LEAST_BYTES, WINDOW_FIRST_BYTES
from wire.limits import UPLOAD_CREDIT_BYTES

SIZE = PIECE_LEAST_BYTES + 1_000
NOTHING_HELD = [("1.1", 0, False), ("1.2", 0, False)]


def session(size: int = SIZE) -> UploadSession:
    objects = tuple(SeriesObject(uid, Path(uid), size, bytes(32)) for uid, _, _ in NOTHING_HELD)
    return UploadSession(Series("encounter", "1", "1.0", 0, objects))


def pieces(upload: UploadSession) -> list[tuple[str, int, int]]:
    """Everything that may be sent now."""
    found = []
    while (piece := upload.next()) is not None:
        found.append((piece.one.sop_uid, piece.offset, piece.size))
    return found


def test_nothing_is_sent_before_the_gateway_says_what_it_holds() -> None:
    assert session().next() is None


def test_objects_go_one_after_the_other_in_order() -> None:
    upload = session()
    upload.window.size_bytes = UPLOAD_CREDIT_BYTES
    upload.held(NOTHING_HELD, UPLOAD_CREDIT_BYTES)
    assert pieces(upload) == [
        ("1.1", 0, PIECE_LEAST_BYTES),
        ("1.1", PIECE_LEAST_BYTES, 1_000),
        ("1.2", 0, PIECE_LEAST_BYTES),
        ("1.2", PIECE_LEAST_BYTES, 1_000),
    ]


def test_sending_goes_on_where_the_gateways_bytes_end() -> None:
    upload = session()
    upload.held([("1.1", SIZE, True), ("1.2", 700, False)], UPLOAD_CREDIT_BYTES)
    assert pieces(upload)[0] == ("1.2", 700, PIECE_LEAST_BYTES)


def test_no_more_than_the_credit_and_the_window_is_on_its_way() -> None:
    upload = session(size=100 * PIECE_LEAST_BYTES)
    upload.held(NOTHING_HELD, UPLOAD_CREDIT_BYTES)
    assert sum(size for _, _, size in pieces(upload)) == WINDOW_FIRST_BYTES
    upload.progressed("1.1", PIECE_LEAST_BYTES, stored=False)
    assert len(pieces(upload)) == 1
    tight = session(size=100 * PIECE_LEAST_BYTES)
    tight.held(NOTHING_HELD, 1)
    assert len(pieces(tight)) == 1


def test_after_a_cut_what_is_not_held_is_sent_again() -> None:
    """What the gateway says then is what counts, even if it is less than it said before."""
    upload = session()
    upload.held(NOTHING_HELD, UPLOAD_CREDIT_BYTES)
    pieces(upload)
    upload.progressed("1.1", PIECE_LEAST_BYTES, stored=False)
    upload.lose()
    assert upload.next() is None
    upload.held([("1.1", 10, False), ("1.2", 0, False)], UPLOAD_CREDIT_BYTES)
    assert pieces(upload)[0] == ("1.1", 10, PIECE_LEAST_BYTES)


def test_it_is_done_when_every_object_is_stored() -> None:
    upload = session()
    upload.held(NOTHING_HELD, UPLOAD_CREDIT_BYTES)
    pieces(upload)
    upload.progressed("1.1", SIZE, stored=True)
    assert not upload.done
    upload.progressed("1.2", SIZE, stored=True)
    assert upload.done
    assert upload.stored == ("1.1", "1.2")


def test_an_object_that_was_damaged_is_sent_again_and_in_the_end_given_up() -> None:
    upload = session()
    for _ in range(ATTEMPTS_MAX):
        assert not upload.given_up
        upload.held(NOTHING_HELD, UPLOAD_CREDIT_BYTES)
        assert pieces(upload)[0][:2] == ("1.1", 0)
        upload.refused("1.1", again=True)
    assert upload.given_up == ("1.1",)
    assert all(uid == "1.2" for uid, _, _ in pieces(upload))


def test_an_object_that_is_no_slice_is_given_up_at_once() -> None:
    upload = session()
    upload.held(NOTHING_HELD, UPLOAD_CREDIT_BYTES)
    upload.refused("1.1", again=False)
    upload.progressed("1.2", SIZE, stored=True)
    assert upload.done
    assert upload.given_up == ("1.1",)


def test_what_the_gateway_says_of_other_objects_has_no_effect() -> None:
    upload = session()
    upload.held([*NOTHING_HELD, ("9.9", 5, True)], UPLOAD_CREDIT_BYTES)
    upload.progressed("9.9", 5, stored=True)
    upload.refused("9.9", again=True)
    assert not upload.done
