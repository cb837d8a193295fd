"""The ledger as a table for whoever wants to compute it again: no order, no person, no text."""

import pandas as pd

from desk.effect.ledger import Ledger
from desk.queue.draw import Arm

#: Chances of the four ratings at the draw, worst first.
_CHANCES = ("p_dissatisfied", "p_fair", "p_fairly_satisfied", "p_satisfied")


def ledger_sheet(ledger: Ledger) -> pd.DataFrame:
    """One row an order that was drawn; orders of one incident share a `matter`. No rating yet is left empty."""
    arm = [Arm.CALL.value if is_drawn else Arm.LEAVE.value for is_drawn in ledger.is_drawn]
    return pd.DataFrame(
        {
            "matter": ledger.matter,
            "desk": ledger.desk,
            "day": ledger.day,
            "kind": ledger.kind,
            "arm": arm,
            "chance_of_call": ledger.chance,
            **dict(zip(_CHANCES, ledger.probabilities.T, strict=True)),
            "called": ledger.is_called.astype(int),
            "rating": pd.array(ledger.rating, dtype="Int64") if len(ledger) else pd.array([], dtype="Int64"),
        }
    )
