"""What no phone call cures, by community: the street's monthly list (三(三)¶1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from desk.indicator_facts import units_at, within
from desk.rounds import Rounds
from features.arrays import Ints
from features.estates import CommunityFacts
from hotline.categories import PAID_FROM_FUND
from hotline.lifecycle import EventType
from hotline.scope import WHOLE_DISTRICT, Scope

_FAR = np.iinfo(np.int64).max
CAUSES = ("no_assembly", "no_account", "awaiting_fund")


@dataclass(frozen=True)
class Cause:
    """How many orders it holds up, and since when the oldest of them, microseconds; None where none."""

    orders: int
    since: int | None


@dataclass(frozen=True)
class Blocked:
    """A community with orders in hand that wait for something other than work.

    orders : how many there are, each once
    """

    street: str | None
    community: str | None
    orders: int
    no_assembly: Cause
    no_account: Cause
    awaiting_fund: Cause


def structural_causes(
    rounds: Sequence[Rounds], communities: pd.DataFrame, scope: Scope = WHOLE_DISTRICT
) -> tuple[Blocked, ...]:
    """The communities within a scope with open rounds whose repair waits for assembly, account or approval.

    Open are rounds that are not closed. Assembly and account hold up what only the fund can pay, from the
    opening of the round on; approval what asked for the fund, from the asking on.
    `communities` is the log's frame of them.
    """
    found = pd.concat([_waiting(part, communities, scope) for part in rounds], ignore_index=True)
    told = found[(found[list(CAUSES)] != _FAR).any(axis=1)]
    return tuple(
        Blocked(str(street) or None, str(community) or None, len(of), *(_cause(of[name]) for name in CAUSES))
        for (street, community), of in told.groupby(["street", "community"], sort=True)
    )


def _cause(since: "pd.Series[int]") -> Cause:
    held = since[since != _FAR]
    return Cause(len(held), int(held.min()) if len(held) else None)


def _waiting(rounds: Rounds, communities: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """Open rounds, and since when each cause holds them up; the far end of time where it does not."""
    is_over = rounds.is_archived | (rounds.closing >= 0) | (rounds.rated[0] >= 0)
    row = np.flatnonzero(rounds.is_last & rounds.is_relayed & ~is_over)
    units = units_at(rounds, rounds.end[row])
    inside = within(scope, units)
    row, units = row[inside], units[inside]
    needs_fund = units["category"].isin(list(PAID_FROM_FUND)).to_numpy()
    opened = rounds.opened_at[row]

    def lacks(fact: str) -> Ints:
        facts = CommunityFacts.of(communities, fact)
        place, known = facts.at(units["community"].to_numpy(), np.full(len(row), rounds.as_of))
        lacking = np.zeros(len(row), dtype=bool)
        lacking[known] = facts.value[place[known]] == 0
        return np.where(needs_fund & lacking, opened, _FAR)

    asked, approved = rounds.last(EventType.FUND_REQUESTED)[row], rounds.last(EventType.FUND_APPROVED)[row]
    waits = (asked >= 0) & (approved < asked)
    return pd.DataFrame(
        {
            "street": units["street"].fillna("").to_numpy(),
            "community": units["community"].fillna("").to_numpy(),
            "no_assembly": lacks("has_assembly"),
            "no_account": lacks("has_fund_account"),
            "awaiting_fund": np.where(waits, np.where(waits, rounds.happened(asked), 0), _FAR),
        }
    )
