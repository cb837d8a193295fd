"""What a call does to the chance of a worse rating: learnt where it was measured, assumed until then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from desk.queue.candidates import Candidates


class CallKind(StrEnum):
    """What a call is about; its effect differs by that."""

    REPAIR = "repair"
    SERVICE = "service"
    OTHER_COMPLAINT = "other_complaint"


#: Assumed until measured: what a call does to the log-odds of a worse rating. Mending helps more than words.
PRIOR: Mapping[CallKind, float] = {
    CallKind.REPAIR: -0.6,
    CallKind.SERVICE: -0.4,
    CallKind.OTHER_COMPLAINT: -0.2,
}
#: Complaints about people, to whom an apology helps.
SERVICE = frozenset({"服务态度", "维修不及时", "修理不到位"})


class Basis(StrEnum):
    """What an effect rests on."""

    ASSUMED = "assumed"
    MEASURED_TOGETHER = "measured_together"
    MEASURED = "measured"

    @property
    def zh(self) -> str:
        """The basis as people read it."""
        return _BASIS_ZH[self]


_BASIS_ZH = {
    Basis.ASSUMED: "先验假设，尚未实测",
    Basis.MEASURED_TOGETHER: "总体实测，各类比例为先验",
    Basis.MEASURED: "本类实测",
}


@dataclass(frozen=True)
class Effects:
    """The effect in force of each kind of call, and what it rests on."""

    shifts: Mapping[CallKind, float] = field(default_factory=lambda: dict(PRIOR))
    bases: Mapping[CallKind, Basis] = field(default_factory=lambda: dict.fromkeys(CallKind, Basis.ASSUMED))

    @property
    def is_prior(self) -> bool:
        """Whether nothing was measured yet, so that pages say 先验."""
        return all(basis is Basis.ASSUMED for basis in self.bases.values())

    def shift(self, orders: Candidates) -> np.ndarray:
        """What a call does to each order's log-odds of a worse rating; 0 for a structural block."""
        kinds = kinds_of(orders)
        found = np.zeros(len(orders))
        for kind, shift in self.shifts.items():
            found[kinds == kind.value] = shift
        found[orders.is_structural] = 0.0
        return found


def kinds_of(orders: Candidates) -> np.ndarray:
    """What a call about each order would be about, as the values of `CallKind`."""
    is_complaint = np.array([kind == "物业投诉" for kind in orders.kind], dtype=bool)
    is_service = np.array([category in SERVICE for category in orders.category], dtype=bool)
    complaint = np.where(is_service, CallKind.SERVICE.value, CallKind.OTHER_COMPLAINT.value)
    return np.where(is_complaint, complaint, CallKind.REPAIR.value)
