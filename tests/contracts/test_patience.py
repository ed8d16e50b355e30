"""No test is hurried: how long one waits for what must come is one number, for a slow machine."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
VIRTUAL: Final = frozenset({"tests/world/test_schedule.py"})
"""Where seconds are those of a clock that a test moves."""

BOUNDING: Final = {"asyncio.timeout": 0, "asyncio.wait_for": 1}
"""What ends a wait, and which of its arguments says when.

``asyncio.wait`` with a short timeout is for what must not come: a slow machine only helps it.
"""


def _impatient(source: str) -> Iterator[int]:
    """Yield the lines in which a wait has a number of its own."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and (place := BOUNDING.get(ast.unparse(node.func))) is not None
        ):
            given = [*node.args[place:], *(one.value for one in node.keywords)]
            if any(isinstance(one, ast.Constant) and one.value is not None for one in given):
                yield node.lineno


def test_every_wait_for_what_must_come_has_the_same_patience() -> None:
    """A number of its own makes a test fail on a machine that is busy, and proves nothing more."""
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if str(path.relative_to(ROOT)) not in VIRTUAL
        for line in _impatient(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_number_is_found_wherever_it_stands() -> None:
    hurried = "asyncio.timeout(5)\nasyncio.wait_for(it, 5)\nasyncio.wait_for(it, timeout=0.5)\n"
    patient = "asyncio.timeout(PATIENCE_S)\nasyncio.timeout(None)\nasyncio.wait([it], timeout=1)\n"
    assert list(_impatient(hurried)) == [1, 2, 3]
    assert list(_impatient(patient)) == []
