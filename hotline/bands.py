"""Who acts on an order: a band names the hand, not only the height of the risk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class RiskBand(StrEnum):
    """The hand that an order needs, in the words of the pages."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREY = "grey"
    NONE = "none"

    @property
    def zh(self) -> str:
        """What the band asks for."""
        return _BAND_ZH[self]


_BAND_ZH = {
    RiskBand.RED: "红：街镇亲自联系",
    RiskBand.ORANGE: "橙：项目经理补救",
    RiskBand.YELLOW: "黄：时限提醒",
    RiskBand.GREY: "灰：要街镇协调",
    RiskBand.NONE: "按流程办",
}


@dataclass(frozen=True)
class BandLimits:
    """Where the bands begin; settings, not findings."""

    red: float = 0.5
    orange: float = 0.3
    near_limit: timedelta = timedelta(hours=24)


def band_of(
    dissatisfied: float,
    is_structural: bool,
    due_at: datetime | None,
    is_open: bool,
    as_of: datetime,
    limits: BandLimits | None = None,
) -> RiskBand:
    """The band of an order with this chance (0–1) of 不满意 at this moment.

    A structural block goes to the street whatever its risk: no phone call cures it.
    """
    limits = limits or BandLimits()
    if is_structural:
        return RiskBand.GREY
    if dissatisfied >= limits.red:
        return RiskBand.RED
    if dissatisfied >= limits.orange:
        return RiskBand.ORANGE
    if is_open and due_at is not None and due_at - as_of <= limits.near_limit:
        return RiskBand.YELLOW
    return RiskBand.NONE
