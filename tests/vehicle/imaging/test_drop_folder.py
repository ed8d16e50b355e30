"""What is read of a drop folder, beside the series themselves."""

from pathlib import Path

from vehicle.imaging.drop_folder import ENCOUNTER, ENCOUNTER_ID_BYTES, Listing, listings

ANNA = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"


def named(folder: Path, text: str) -> str | None:
    """Return the patient that a series names by this file."""
    series = folder / "series"
    series.mkdir(exist_ok=True)
    (series / ENCOUNTER).write_text(text)
    (listing,) = listings(folder, known=lambda *_: False)
    assert isinstance(listing, Listing)
    return listing.encounter_id


def test_of_a_file_that_names_the_patient_only_so_much_is_read(tmp_path: Path) -> None:
    """A file of any size costs no more, and what stands behind the bound counts for nothing."""
    assert named(tmp_path, ANNA) == ANNA
    assert named(tmp_path, ANNA.ljust(ENCOUNTER_ID_BYTES) + "and somebody else") == ANNA
    assert named(tmp_path, "x" * 1_000_000) == "x" * ENCOUNTER_ID_BYTES
