"""The documents say what the code does: whoever changes the one is sent to the other."""

import ast
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

import pytest
from pydantic_settings import BaseSettings

from clinical.alarms.rule import Cause
from clinical.scores.chart import RefusalReason as ScoreRefusal
from command_center.settings import CenterSettings
from goldenhour.main import COMMANDS
from simulators.settings import SimulateSettings
from streams.engine.settings import WorkerSettings
from streams.gateway.settings import GatewaySettings
from tests.patience import PATIENCE_S
from vehicle.screen.settings import ScreenSettings
from vehicle.settings import VehicleSettings
from wire.topics import TOPICS
from wire.validation import RefusalReason as FrameRefusal

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
DOCUMENTS: Final = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
SETTINGS: Final[dict[str, type[BaseSettings]]] = {
    "gateway": GatewaySettings,
    "worker": WorkerSettings,
    "command-center": CenterSettings,
    "vehicle": VehicleSettings,
    "crew-screen": ScreenSettings,
    "simulate": SimulateSettings,
}
BROKER_SETTINGS: Final = (
    "GOLDENHOUR_HOME",
    "GOLDENHOUR_CACHE",
    "GOLDENHOUR_KAFKA",
    "GOLDENHOUR_KAFKA_FOLDER",
    "GOLDENHOUR_BROKER_SECURE",
)
BOUNDED: Final = (
    "wire",
    "vehicle",
    "streams",
    "command_center",
    "clinical/watch",
    "clinical/alarms",
    "ports",
)
"""Folders whose numeric constants are bounds, but for those below."""
NO_BOUNDS: Final = {
    "clinical/watch/due.py": {"EVERY_TICK"},
    "clinical/alarms/lifecycle.py": {"SNAPSHOT_VERSION"},
    "clinical/watch/ordering.py": {"ITEM", "NEWEST_US", "SEQUENCE", "STEPPED"},
    "clinical/watch/scores/situated.py": {"RTS_DIGITS"},
    "command_center/board/live.py": {"TOO_MANY"},
    "command_center/positions.py": {"OWN", "PARTITIONS"},
    "ports/log/port.py": {"EARLIEST", "LATEST"},
    "ports/program.py": {
        "COLLECT_AFTER_OBJECTS",
        "COLLECT_ALL_AFTER",
        "COLLECT_MIDDLE_AFTER",
        "INTERRUPTED",
    },
    "ports/spare/waiting.py": {"STANDING_BACK"},
    "ports/settings.py": {"WRONG_SETTINGS"},
    "streams/engine/checkpointing.py": {"VERSION"},
    "streams/engine/stall.py": {"STALLED"},
    "vehicle/imaging/window.py": {"SHRINK"},
    "vehicle/imaging/receiver.py": {
        "CANNOT_UNDERSTAND",
        "DUPLICATE",
        "OUT_OF_RESOURCES",
        "SUCCESS",
    },
    "vehicle/screen/drawing/examination.py": {"IN_ONE_ROW"},
    "vehicle/screen/drawing/sparkline.py": {"HEIGHT", "WIDTH"},
    "wire/rows.py": {"BEGIN", "DOUBLE", "VITALS_LANE"},
    "wire/topics.py": {"ENCOUNTER_PARTITIONS"},
    "wire/uuid7.py": {"RANDOM_BYTES"},
}
SECONDS: Final = {"ms": 1e-3, "s": 1.0, "min": 60.0}
SUFFIX_SECONDS: Final = {"_US": 1e-6, "_MS": 1e-3, "_S": 1.0}
MACHINE_PATH: Final = re.compile(
    r"(?:^|[\s`'\"(=])(/(?:work|home|root|Users|tmp|var|mnt)\b|[A-Z]:\\)"
)
LINK: Final = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
BLOCK: Final = re.compile(
    r"^```sh run\n(?P<script>.*?)^```\n(?:\n```text output\n(?P<output>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)


class Bound(NamedTuple):
    """A row of docs/limits.md."""

    name: str
    value: str
    path: str


class Block(NamedTuple):
    """A shell block that a reader may run, and what it prints."""

    document: str
    script: str
    output: str | None


def _text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def _bounds() -> list[Bound]:
    found = [
        Bound(cells[0].strip("`"), cells[1], cells[2].strip("`"))
        for cells in _rows(_text("limits.md"))
        if cells[0].startswith("`")
    ]
    assert len(found) > 100
    return found


def _blocks() -> list[Block]:
    return [
        Block(document.name, match["script"], match["output"])
        for document in DOCUMENTS
        for match in BLOCK.finditer(document.read_text(encoding="utf-8"))
    ]


def _module(path: str) -> ModuleType:
    return importlib.import_module(path.removesuffix(".py").replace("/", "."))


def _coded(bound: Bound) -> float:
    """Return the value in the code: a constant, or the default of a setting; times in seconds."""
    if bound.path.endswith(".js"):
        source = (ROOT / bound.path).read_text(encoding="utf-8")
        stated = re.search(rf"^(?:export )?const {bound.name} = ([\d_]+);$", source, re.MULTILINE)
        assert stated is not None
        return float(stated[1]) * (SUFFIX_SECONDS["_MS"] if bound.name.endswith("_MS") else 1)
    module = _module(bound.path)
    if bound.name.isupper():
        value = float(getattr(module, bound.name))
    else:
        classes = (it for it in vars(module).values() if isinstance(it, type))
        owner = next(it for it in classes if it.__dict__.get("__module__") == module.__name__)
        assert issubclass(owner, BaseSettings)
        value = float(owner.model_fields[bound.name].default)
    for suffix, seconds in SUFFIX_SECONDS.items():
        if bound.name.upper().endswith(suffix) and bound.value.endswith(tuple(SECONDS)):
            return value * seconds
    return value


def _written(value: str) -> float:
    number, _, unit = value.replace(",", "").partition(" ")
    return float(number) * SECONDS.get(unit, 1.0)


def _numeric_constants(path: Path) -> set[str]:
    stated = {
        node.target.id
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        if node.target.id.isupper() and not node.target.id.startswith("_")
    }
    if not stated:
        return set()
    module = _module(path.relative_to(ROOT).as_posix())
    return {name for name in stated if type(getattr(module, name)) in {int, float}}


@pytest.mark.parametrize("bound", _bounds(), ids=lambda bound: f"{bound.path}::{bound.name}")
def test_a_bound_has_the_value_that_the_page_says(bound: Bound) -> None:
    assert _coded(bound) == pytest.approx(_written(bound.value), rel=1e-12)


@pytest.mark.parametrize("folder", BOUNDED)
def test_every_bound_of_the_code_is_on_the_page(folder: str) -> None:
    """Every queue, buffer, window and retry names its bound, and the page what happens there."""
    written = {(bound.path, bound.name) for bound in _bounds()}
    for path in sorted((ROOT / folder).rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for name in _numeric_constants(path) - NO_BOUNDS.get(place, set()):
            assert (place, name) in written, f"{place}: {name} is not in docs/limits.md"


def test_every_topic_is_described_as_it_is() -> None:
    rows = {cells[0].strip("`"): cells for cells in _rows(_text("topics.md")) if len(cells) == 5}
    units_ms = {"min": 60_000, "h": 3_600_000, "d": 86_400_000}
    for topic in TOPICS:
        _, partitions, retention, *_ = rows[topic.name]
        assert int(partitions) == topic.partitions
        number, _, unit = retention.partition(" ")
        kept_ms = None if topic.compacted else int(number) * units_ms[unit]
        assert kept_ms == topic.retention_ms
        assert topic.compacted == (retention == "compacted")
    assert set(rows) - {"topic", "---"} == {topic.name for topic in TOPICS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_is_there(document: Path) -> None:
    """Whoever follows it finds the file; the changelog may name what is gone."""
    folders = "|".join(
        path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."
    )
    text = "" if document.name == "CHANGELOG.md" else document.read_text(encoding="utf-8")
    named = re.findall(rf"`((?:{folders})/[\w./-]+)", text)
    assert [path for path in named if not (ROOT / path).exists() and "UNIT_ID" not in path] == []


@pytest.mark.parametrize("program", SETTINGS)
def test_every_setting_is_described_with_its_default(program: str) -> None:
    section = _text("settings.md").partition(f"\n## {program}\n")[2].partition("\n## ")[0]
    rows = {cells[0].strip("`"): cells for cells in _rows(section)}
    fields = SETTINGS[program].model_fields
    for name, field in fields.items():
        default = rows[f"GOLDENHOUR_{name.upper()}"][2].strip("`")
        stated = None if field.is_required() or field.default is None else str(field.default)
        assert default == (stated or "-"), name
    assert sum(name.startswith("GOLDENHOUR_") for name in rows) == len(fields)


def test_every_setting_of_the_broker_is_described() -> None:
    section = _text("settings.md")
    code = "".join(
        (ROOT / "goldenhour" / path).read_text(encoding="utf-8")
        for path in ("home.py", "broker/settings.py")
    )
    assert set(re.findall(r'get\("(GOLDENHOUR_\w+)"\)', code)) == set(BROKER_SETTINGS)
    assert all(f"| `{name}` |" in section for name in BROKER_SETTINGS)


def test_every_cause_is_described() -> None:
    page = _text("alarms.md")
    assert all(f"\n## {cause}\n" in page for cause in Cause)


def test_every_reason_to_refuse_is_described() -> None:
    frames, _, scores = _text("refusals.md").partition("\n## Scores\n")
    assert all(f"\n| `{reason.name}` |" in frames for reason in FrameRefusal)
    assert all(f"\n| `{reason.name}` |" in scores for reason in ScoreRefusal)


def test_every_program_is_described() -> None:
    page = _text("settings.md")
    assert all(f"\n| `goldenhour {command.name}` |" in page for command in COMMANDS)


def _named_tests() -> list[str]:
    return sorted(set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", _text("hazards.md"))))


@pytest.mark.parametrize("name", _named_tests())
def test_a_test_that_a_hazard_rests_on_exists(name: str) -> None:
    path, _, function = name.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert any(isinstance(node, kinds) and node.name == function for node in ast.walk(tree))


def test_every_control_names_a_test_that_proves_it() -> None:
    controls, _, _ = _text("hazards.md").partition("\n## Known gaps\n")
    rows = [row for row in _rows(controls) if len(row) == 3 and row[0] not in {"cause", "---"}]
    assert len(rows) > 20
    assert all("`tests/" in proof for _, _, proof in rows)


@pytest.mark.parametrize(
    "name", re.findall(r"`([\w/]+\.py)`", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
)
def test_a_file_that_the_architecture_names_exists(name: str) -> None:
    assert (ROOT / name).is_file()


def test_a_heartbeat_is_followed_in_fewer_than_ten_files() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.partition("\n## Follow one heartbeat\n")[2].partition("\n## ")[0]
    steps = re.findall(
        r"^\d+\. `([\w/]+\.py)`: (.*?)(?=^\d+\. |\Z|^\n)", section, re.MULTILINE | re.DOTALL
    )
    assert 0 < len({path for path, _ in steps}) < 10
    for path, words in steps:
        source = (ROOT / path).read_text(encoding="utf-8")
        names = re.findall(r"`(?:\w+\.)*(\w+)\(\)`", words)
        assert names, path
        assert all(f"def {name}(" in source for name in names), (path, names)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            path, _, anchor = target.partition("#")
            found = (document.parent / path) if path else document
            assert found.exists(), target
            if anchor:
                assert anchor in _anchors(found), target


def _anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", it.lower()).replace(" ", "-") for it in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_names_a_path_of_one_machine(document: Path) -> None:
    assert not MACHINE_PATH.findall(document.read_text(encoding="utf-8"))


@pytest.mark.parametrize("block", _blocks(), ids=lambda block: str(block.document))
def test_a_block_marked_as_runnable_runs(block: Block, tmp_path: Path) -> None:
    """What stands in a block of ``sh run`` works as it stands, and prints what follows it."""
    programs = Path(sys.executable).parent
    answer = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block.script],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    if block.output is not None:
        assert answer.stdout == block.output


def test_there_are_blocks_to_run() -> None:
    assert len(_blocks()) >= 3
