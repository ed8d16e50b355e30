"""Takes each control out, in a copy of the sources, and sees its test fail.

``make hazards`` runs all of them, or those whose test or file holds ``ONLY``. First each test is
seen passing with every control in its place; then it has to fail by itself, with the control out:
a copy that cannot be imported proves nothing. What was seen is kept in docs/hazards-seen.md, one
row for each removal; rows of removals that were not tried this time stay as they are.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.hazards.removals import ROOT, Removal, removals

PAGE: Final = ROOT / "docs/hazards-seen.md"
COPIED: Final = (
    "bench", "clinical", "command_center", "deploy", "docs", "goldenhour", "ports", "proto",
    "simulators", "streams", "tests", "vehicle", "wire",
)  # fmt: skip
LONGEST_S: Final = 600
"""Longest time of one test; one that does not end has failed."""

PATIENCE: Final = "PATIENCE_S = 60.0\nPATIENCE_MS = 30_000\nPATIENCE_US = 60_000_000\n"
"""How long a test waits in the copy: each has to pass within that with its control in place."""

ROW: Final = re.compile(r"^\| .* \| `(?P<digest>[0-9a-f]{8})` \|$", re.MULTILINE)
_RESULT: Final = re.compile(r"^(PASSED|FAILED|ERROR) (tests/[\w/]+\.py::\w+)", re.MULTILINE)
_FAILED: Final = re.compile(r"\b[1-9]\d* failed\b")
_WHY: Final = re.compile(r"^E +\S.*$", re.MULTILINE)
_WHY_LINES: Final = 6
_HEAD: Final = """# Controls seen failing

A test proves a control only if it fails without it. `make hazards` takes each control of
[hazards.md](hazards.md) out, in a copy of the sources, runs the test that is said to prove it, and
writes a row here when that test failed, having passed with everything in its place. The last column
names the removal (`tests/hazards/removals/`): a removal that was changed has to be seen again.
"""


def main() -> int:
    """Try what was asked for; return 1 when a test did not fail."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="part of the name of a test or file")
    only = parser.parse_args().only
    seen = set(ROW.findall(PAGE.read_text(encoding="utf-8"))) if PAGE.exists() else set()
    every = removals()
    asked = [
        one
        for one in every
        if only in f"{one.test} {one.file}" and (only or one.digest not in seen)
    ]
    unseen: list[Removal] = []
    with _copy() as copy:
        sound = _passing(copy, {one.test for one in asked})
        for one in asked:
            if _fails(copy, one, sound=one.test in sound):
                seen.add(one.digest)
                PAGE.write_text(_page(every, seen), encoding="utf-8")
            else:
                unseen.append(one)
    return 1 if unseen else 0


@contextmanager
def _copy() -> Iterator[Path]:
    with TemporaryDirectory(prefix="hazards-") as name:
        copy = Path(name)
        for folder in COPIED:
            shutil.copytree(ROOT / folder, copy / folder)
        for file in ("pyproject.toml", "Makefile", "README.md"):
            shutil.copy2(ROOT / file, copy / file)
        (copy / ".cache").symlink_to(ROOT / ".cache")
        (copy / "tests/patience.py").write_text(PATIENCE, encoding="utf-8")
        yield copy


def _passing(copy: Path, tests: set[str]) -> set[str]:
    """Return the tests that pass with every control in its place."""
    _, said = _run(copy, "-rA", *sorted(tests))
    results: dict[str, set[str]] = {}
    for result, test in _RESULT.findall(said):
        results.setdefault(test, set()).add(result)
    return {test for test, found in results.items() if found == {"PASSED"}}


def _fails(copy: Path, one: Removal, *, sound: bool) -> bool:
    """Tell whether a test that passes with the control fails without it."""
    path = copy / one.file
    source = path.read_text(encoding="utf-8")
    _put(path, one.spoiled(source))
    try:
        passed, said = _run(copy, one.test)
    finally:
        _put(path, source)
    failed = _FAILED.search(said) is not None and not passed
    words = "failed as it must" if failed else "NOT SEEN FAILING"
    if not sound:
        words = "FAILS WITH THE CONTROL IN ITS PLACE"
    sys.stdout.write(f"{words}: {one.test} without: {one.taken_out}\n")
    sys.stdout.write("\n".join(_WHY.findall(said)[:_WHY_LINES]) if failed else said[-1_500:])
    sys.stdout.write("\n")
    sys.stdout.flush()
    return sound and failed


def _put(path: Path, text: str) -> None:
    """Write a source that no compiled copy is taken for: each has an instant of its own."""
    before = path.stat().st_mtime
    path.write_text(text, encoding="utf-8")
    os.utime(path, (before + 2, before + 2))


def _run(copy: Path, *asked: str) -> tuple[bool, str]:
    """Run tests in the copy; tell whether they passed, and what was said."""
    environment = {**os.environ, "PYTHONPATH": f"{copy}{os.pathsep}{copy / 'proto/gen'}"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"]
    try:
        ran = subprocess.run(
            [*command, *asked], cwd=copy, env=environment, capture_output=True, text=True,
            timeout=LONGEST_S * len(asked), check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False, "1 failed: it did not end"
    return ran.returncode == 0, ran.stdout + ran.stderr


def _page(every: list[Removal], seen: set[str]) -> str:
    parts = [_HEAD]
    for hazard in dict.fromkeys(one.hazard for one in every):
        rows = [_row(one) for one in every if one.hazard == hazard and one.digest in seen]
        if rows:
            head = "| taken out | where | test that failed | removal |\n|---|---|---|---|"
            parts.append(f"## {hazard.capitalize()}\n\n{head}\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _row(one: Removal) -> str:
    return f"| {one.taken_out} | `{one.file}` | `{one.test}` | `{one.digest}` |"


def rows_by_digest(page: str) -> Mapping[str, str]:
    """Return the rows of a page by the removal that they are about."""
    return {found["digest"]: found[0] for found in ROW.finditer(page)}


if __name__ == "__main__":
    sys.exit(main())
