"""What an office settles before calls are drawn: how many, which never, and who agreed to it."""

from dataclasses import dataclass

from hotline.errors import ArgumentError
from hotline.policy import Role

#: Desks whose calls may be drawn; a manager's six are too few to draw among.
MAY_DRAW = (Role.CALL_CENTRE, Role.DISTRICT_CENTRE, Role.STREET_HANDLER, Role.COMPANY)
WHY_OFF_ZH = (
    "未开启抽签。抽签会使少数排在临界线附近、又没有法定联系职责的工单本次不被主动联系，"
    "须经区房屋管理部门同意、写明依据后，在设置的 [draw] 中开启。"
)


@dataclass(frozen=True)
class DrawRules:
    """How the discretionary calls near the cut line are drawn; nothing is drawn in a new installation.

    share    : of the day's capacity, how many places on either side of the cut line are drawn among; 0 draws none
    nearness : how far, as a share of the gain at the line, an order's gain may lie from it
    desks    : whose calls are drawn
    left_out : categories that are never drawn
    seed     : what the draws follow from, with the desk and the day
    agreed   : who agreed to it, and where that is written; without it nothing is drawn
    """

    share: float = 0.0
    nearness: float = 0.25
    desks: frozenset[str] = frozenset({Role.CALL_CENTRE.value})
    left_out: frozenset[str] = frozenset()
    seed: int = 1
    agreed: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1 or not 0 <= self.nearness <= 1:
            raise ArgumentError("draw.share and draw.nearness are numbers from 0 to 1")
        if self.share and not self.agreed.strip():
            raise ArgumentError(
                "draw.share is set: write into draw.agreed who agreed to it and where that is written"
            )
        unknown = sorted(self.desks - {role.value for role in MAY_DRAW})
        if unknown:
            raise ArgumentError(f"draw.desks: {unknown[0]!r} is none of {', '.join(MAY_DRAW)}")

    @property
    def is_on(self) -> bool:
        """Whether anything is drawn at all."""
        return self.share > 0

    def draws_for(self, role: Role) -> bool:
        """Whether calls of this desk are drawn."""
        return self.is_on and role.value in self.desks
