"""``goldenhour lab``: the live detectors over files, so that anyone can score them.

A command exits 0 only when it wrote its whole output. What a command needs to compute is imported
when it runs, so that ``--help`` answers at once.
"""

from pathlib import Path
from typing import Annotated

import typer

from goldenhour.lab.command import told
from goldenhour.lab.whole_file import write_whole, write_whole_text

app = typer.Typer(
    name="lab", help="The live detectors over files.", no_args_is_help=True, add_completion=False
)


@app.callback()
def lab() -> None:
    """Run the live detectors over files, so that anyone can score them."""


@app.command()
def scores(
    table: Annotated[Path, typer.Argument(metavar="IN.csv", help="Table of measurements.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the scores, as CSV.")],
) -> None:
    """Score every row of a table: total, band, parts, or exactly why not."""
    from goldenhour.lab.scores import score_lines  # noqa: PLC0415

    with told(table, out), table.open(encoding="utf-8-sig", errors="replace") as lines:
        write_whole(out, score_lines(lines))


@app.command()
def beats(
    record: Annotated[Path, typer.Argument(metavar="RECORD", help="WFDB base path.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the beats, as CSV.")],
) -> None:
    """Find the heart beats of a recording: a row each, in the record's own frames."""
    from goldenhour.lab.beats import beat_rows  # noqa: PLC0415
    from goldenhour.lab.recordings import read_recording  # noqa: PLC0415

    with told(record, out):
        write_whole(out, beat_rows(read_recording(record)))


@app.command()
def stemi(
    record: Annotated[
        Path, typer.Argument(metavar="RECORD", help="A twelve-lead recording: WFDB base path.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Where to write the verdict, as JSON.")],
    sheet: Annotated[
        Path | None, typer.Option(help="Where to draw the ECG, 25 mm/s and 10 mm/mV, as SVG.")
    ] = None,
) -> None:
    """Say whether an ECG shows ST-elevation infarction, where, and by which criteria."""
    import json  # noqa: PLC0415

    from goldenhour.lab import stemi as judged  # noqa: PLC0415
    from goldenhour.lab.recordings import read_recording  # noqa: PLC0415

    with told(record, out):
        recording = read_recording(record)
        if sheet is not None:
            write_whole_text(sheet, judged.sheet(recording))
        write_whole_text(out, json.dumps(judged.verdict(recording), indent=2) + "\n")
