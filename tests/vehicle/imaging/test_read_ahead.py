"""Pieces of files, read a block at a time."""

from pathlib import Path
from random import Random

from vehicle.imaging.read_ahead import READ_AHEAD_BYTES, ReadAhead

SIZE = 2 * READ_AHEAD_BYTES + 1_000


async def test_pieces_are_what_the_files_hold_wherever_a_block_ends(tmp_path: Path) -> None:
    """Of two files in turns, forwards and backwards, up to the end and beyond."""
    chance = Random(3)  # noqa: S311 - no secret
    files = {tmp_path / name: chance.randbytes(SIZE) for name in ("1", "2")}
    for path, data in files.items():
        path.write_bytes(data)
    ahead = ReadAhead()
    for _ in range(60):
        path, offset = chance.choice(list(files)), chance.randrange(SIZE)
        for at in range(offset, min(offset + 90_000, SIZE), 30_000):
            assert await ahead.piece(path, at, 30_000) == files[path][at : at + 30_000]


async def test_no_more_than_a_block_is_held(tmp_path: Path) -> None:
    path = tmp_path / "1"
    path.write_bytes(bytes(SIZE))
    ahead = ReadAhead()
    for offset in range(0, SIZE, 65_536):
        await ahead.piece(path, offset, 65_536)
        assert len(ahead._block) <= READ_AHEAD_BYTES
