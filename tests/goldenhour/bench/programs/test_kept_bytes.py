"""What a broker keeps is added up by topic, its indexes left out."""

from pathlib import Path

from goldenhour.bench.programs.kept_bytes import kept_bytes


def test_the_segments_of_all_partitions_count(tmp_path: Path) -> None:
    for name, size in (("patients-0/0.log", 10), ("patients-1/0.log", 5), ("a.b-c-2/0.log", 7)):
        file = tmp_path / "data" / name
        file.parent.mkdir(parents=True)
        file.write_bytes(b"x" * size)
    (tmp_path / "data" / "patients-0" / "0.index").write_bytes(b"x" * 100)
    (tmp_path / "server.log").write_bytes(b"x" * 100)
    assert kept_bytes(tmp_path) == {"patients": 15, "a.b-c": 7}
