"""The twelve-lead ECGs of one partition of ``images``: joined from their pieces, and read. Pure.

An ECG is read once, when its last piece has come, and forgotten but for its name: pieces that come
again have no effect. One that cannot be joined or read costs itself and no other.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import scipy.signal  # noqa: F401 - loaded with the app, not while the first ECG waits

from clinical.alarms.identity import FrameRef
from clinical.items import EcgFinding
from clinical.twelve_lead.ecg import read
from clinical.twelve_lead.pieces import Assembly, EcgPiece
from clinical.twelve_lead.telling import finding_of
from wire.frames import Frame
from wire.twelve_lead import decode_ecg

ECGS_KEPT: Final = 256
"""ECGs remembered per partition, those that were read included; beyond, the one heard of longest
ago is forgotten, and with it what came of it."""

EcgKey = tuple[str, str]
"""Encounter, and the id of the ECG in digits."""


@dataclass(slots=True)
class _Ecg:
    heard_us: int
    assembly: Assembly | None
    """None: it was read, or given up."""
    first: FrameRef | None = None
    """The frame of its first piece."""
    told: bool = False
    """Whether it was said that it is not whole."""


@dataclass(frozen=True, slots=True)
class Stalled:
    """An ECG of which nothing came for a while, and which is not whole."""

    key: EcgKey
    came: int
    count: int


class Ecgs:
    """The ECGs of one partition. ``take`` takes their pieces as they come."""

    def __init__(self) -> None:
        """Begin with none known."""
        self._ecgs: OrderedDict[EcgKey, _Ecg] = OrderedDict()

    def take(self, frame: Frame, piece: EcgPiece, now_us: int) -> EcgFinding | None:
        """Take a piece; return what is read off the ECG that it completes.

        Raises:
            ValueError: the ECG cannot be joined or read; it is given up.
        """
        key = ecg_key(frame, piece)
        ecg = self._ecgs.setdefault(key, _Ecg(now_us, Assembly(piece.count)))
        self._ecgs.move_to_end(key)
        ecg.heard_us, ecg.told = now_us, False
        if ecg.assembly is None:
            return None
        if piece.index == 0 and ecg.first is None:
            ecg.first = FrameRef(
                frame.unit_id, int(frame.lane), frame.segment, frame.sequence, item=0
            )
        try:
            ecg.assembly.take(piece)
            content = ecg.assembly.whole
            if content is None or ecg.first is None:
                return None
            finding = _finding(key[0], piece.ecg_id, content, ecg.first, now_us)
        except Exception:
            ecg.assembly = None
            raise
        ecg.assembly = None
        return finding

    def open(self, key: EcgKey) -> bool:
        """Whether more of an ECG is waited for."""
        ecg = self._ecgs.get(key)
        return ecg is not None and ecg.assembly is not None

    def overfull(self) -> EcgKey | None:
        """Forget the ECG heard of longest ago, when there are too many, and return it."""
        if len(self._ecgs) <= ECGS_KEPT:
            return None
        return self._ecgs.popitem(last=False)[0]

    def stalled(self, before_us: int) -> list[Stalled]:
        """Return the ECGs that are not whole and of which nothing came since, each once."""
        found = []
        for key, ecg in self._ecgs.items():
            if ecg.assembly is not None and not ecg.told and ecg.heard_us <= before_us:
                ecg.told = True
                found.append(Stalled(key, ecg.assembly.came, ecg.assembly.count))
        return found

    def abandoned(self, before_us: int) -> list[EcgKey]:
        """Give up the ECGs that are not whole and of which nothing came since; return them."""
        given_up = [
            key
            for key, ecg in self._ecgs.items()
            if ecg.assembly is not None and ecg.heard_us <= before_us
        ]
        for key in given_up:
            self._ecgs[key].assembly = None
        return given_up


def ecg_key(frame: Frame, piece: EcgPiece) -> EcgKey:
    """Return the name of the ECG that a piece belongs to."""
    return (frame.encounter_id or "", f"ecg/{piece.ecg_id.hex()}")


def _finding(
    encounter_id: str, ecg_id: bytes, content: bytes, first: FrameRef, stamped_us: int
) -> EcgFinding:
    ecg = decode_ecg(content)
    infarction = read(ecg.twelve(), ecg.person).infarction
    return finding_of(encounter_id, ecg_id, ecg, infarction, first, stamped_us)
