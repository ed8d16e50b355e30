"""``goldenhour lab``: the live detectors over files, so that anyone can score them.

A command exits 0 only when it wrote its whole output. What a command needs to compute is imported
when it runs, so that ``--help`` answers at once.
"""

import json
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
    from goldenhour.lab import stemi as judged  # noqa: PLC0415
    from goldenhour.lab.recordings import read_recording  # noqa: PLC0415

    with told(record, out):
        recording = read_recording(record)
        twelve, person = judged.recorded(recording), judged.person_of(recording.comments)
        if sheet is not None:
            write_whole_text(sheet, judged.sheet(twelve, recording.name, person))
        write_whole_text(out, json.dumps(judged.verdict(twelve, person), indent=2) + "\n")


@app.command("alarms-replay")
def alarms_replay(
    table: Annotated[
        Path,
        typer.Argument(metavar="IN.csv", help="Vital signs, one row per patient and second."),
    ],
    out: Annotated[Path, typer.Option("--out", help="Where to write the alarms, as CSV.")],
) -> None:
    """Let the live watch judge a table: each alarm by a limit or about a signal, begin to end."""
    from goldenhour.lab.alarms_replay import replay_lines  # noqa: PLC0415

    with told(table, out), table.open(encoding="utf-8-sig", errors="replace") as lines:
        write_whole(out, replay_lines(lines))


@app.command()
def explain(
    table: Annotated[Path, typer.Argument(metavar="IN.csv", help="A table as for alarms-replay.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the explanation, as JSON.")],
    patient: Annotated[str, typer.Option(help="Of whom.")],
    minute: Annotated[int, typer.Option(min=0, help="Of which minute, from 0.")],
) -> None:
    """Why this patient alarmed at this minute, or did not: values, rule, source, trend, words."""
    from goldenhour.lab.explain import explain as explained  # noqa: PLC0415

    with told(table, out), table.open(encoding="utf-8-sig", errors="replace") as lines:
        answer = explained(lines, patient, minute)
        write_whole_text(out, json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
    for words in answer["words"].values():
        typer.echo("\n".join(words) + "\n")


@app.command()
def rhythm(
    record: Annotated[Path, typer.Argument(metavar="RECORD", help="WFDB base path.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the windows, as CSV.")],
) -> None:
    """Name the rhythm of a recording every four seconds, and whether it calls for a shock."""
    from goldenhour.lab.recordings import read_recording  # noqa: PLC0415
    from goldenhour.lab.rhythm import rhythm_rows  # noqa: PLC0415

    with told(record, out):
        write_whole(out, rhythm_rows(read_recording(record)))


@app.command()
def alarms(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of RECORD.npz files and alarms.csv.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Where to write what is kept, as CSV.")],
) -> None:
    """Judge a monitor's arrhythmia alarms by its signals: keep (1) or suppress (0)."""
    from clinical.signals.alarm_judge import trained  # noqa: PLC0415
    from goldenhour.lab.alarms import alarm_lines, alarms_table  # noqa: PLC0415

    with told(folder, out):
        table = alarms_table(folder)
        with table.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            write_whole(out, alarm_lines(lines, folder, trained(), _tell))


def _tell(line: str) -> None:
    typer.echo(line, err=True)


@app.command()
def deterioration(
    table: Annotated[Path, typer.Argument(metavar="IN.csv", help="Patients by minute.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the index, as CSV.")],
) -> None:
    """Follow patients through a table: the deterioration index after every row, and its alerts."""
    from goldenhour.lab.deterioration import index_lines  # noqa: PLC0415

    with told(table, out), table.open(encoding="utf-8-sig", errors="replace") as lines:
        write_whole(out, index_lines(lines))


@app.command()
def tales(
    out: Annotated[Path, typer.Option("--out", help="Where to write every telling, as JSON.")],
    seeds: Annotated[int, typer.Option(min=1, help="Tellings of each tale.")] = 20,
    tale: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    page: Annotated[Path | None, typer.Option(help="Where to draw the page.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="Side by side.")] = 2,
) -> None:
    """Tell every tale to vehicle and center; exit 1 unless each was told from every seed."""
    from goldenhour.lab import tales as told_tales  # noqa: PLC0415
    from simulators.tales.tale import tale_names  # noqa: PLC0415

    known = tale_names()
    if tale is not None and tale not in known:
        message = f"--tale: {tale} is none of {', '.join(known)}"
        raise typer.BadParameter(message)
    found = told_tales.told_many(known if tale is None else (tale,), seeds, processes, _tell)
    write_whole_text(out, json.dumps(found, indent=2) + "\n")
    if page is not None:
        write_whole_text(page, told_tales.page(found))
    if any(one["faults"] for tellings in found.values() for one in tellings):
        raise typer.Exit(1)
