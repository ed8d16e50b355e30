"""``goldenhour bench accuracy``: the detectors against annotated recordings, as a page.

Each section is a module of this package with a function ``section``, which takes the folder of its
recordings and returns Markdown. A section whose folder is not there keeps what the page said.
"""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from goldenhour.lab.whole_file import write_whole_text

TITLE: Final = "# Accuracy\n"
OPENING: Final = (
    "How often the detectors are right, on every development recording, misses included. Written\n"
    "by `goldenhour bench accuracy`. The same code judges live patients; see also\n"
    "`goldenhour lab`.\n"
)


class Section(NamedTuple):
    """A section of the page: its module in this package, and the folder of its recordings."""

    module: str
    folder: str


SECTIONS: Final = (
    Section("beats", "mitdb"),
    Section("shockable", "vfdb"),
    Section("rhythm", "vfdb"),
    Section("pacing", "mitdb"),
    Section("delivery", "mitdb"),
    Section("av_block", "mitdb"),
    Section("alarms", "cinc2015"),
    Section("pleth", "bidmc"),
    Section("respiration", "bidmc"),
)
"""In the order of the page."""


def accuracy(
    data: Annotated[Path, typer.Argument(help="Folder of recordings, a folder per set.")],
    out: Annotated[Path, typer.Option("--out", help="The page.")] = Path("docs/accuracy.md"),
    only: Annotated[str, typer.Option(help="One section; the others stay.")] = "",
) -> None:
    """Judge annotated recordings and write docs/accuracy.md."""
    before = out.read_text(encoding="utf-8") if out.exists() else ""
    parts = [TITLE, OPENING]
    for section in SECTIONS:
        folder = data / section.folder
        if folder.is_dir() and only in {"", section.module}:
            module = import_module(f"goldenhour.bench.accuracy.{section.module}")
            parts.append(marked(section, module.section(folder)))
        elif kept := kept_section(section, before):
            parts.append(kept)
    write_whole_text(out, "\n".join(parts))


def marked(section: Section, text: str) -> str:
    """Return a section between the marks by which it is found again."""
    return f"<!-- {section.module} -->\n\n{text.rstrip()}\n\n<!-- end of {section.module} -->\n"


def kept_section(section: Section, page: str) -> str:
    """Return a section as a page has it, with its marks; empty where it has none."""
    begin, end = f"<!-- {section.module} -->", f"<!-- end of {section.module} -->"
    start, stop = page.find(begin), page.find(end)
    return page[start : stop + len(end)] + "\n" if 0 <= start < stop else ""
