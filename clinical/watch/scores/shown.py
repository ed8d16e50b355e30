"""The early warning score that stands in the place of NEWS2, as a row of the picture shows it."""

from dataclasses import dataclass

from clinical.scores.chart import Refused, Response, Result


@dataclass(frozen=True, slots=True)
class PictureScore:
    """The early warning score that is used in the place of NEWS2."""

    name: str
    total: int | None
    """None: refused."""
    at_least: int | None
    """The lower bound, when the total was refused."""
    band: str | None
    """Of the total, or of the lower bound; None: none is reached."""
    refusals: tuple[str, ...]


def shown_score(name: str, result: Result, band: Response | None) -> PictureScore:
    """Return a score as a row shows it."""
    refused = isinstance(result, Refused)
    return PictureScore(
        name=name,
        total=None if refused else result.at_least,
        at_least=result.at_least if refused else None,
        band=None if band is None else band.value,
        refusals=tuple(str(x) for x in result.reasons) if isinstance(result, Refused) else (),
    )
