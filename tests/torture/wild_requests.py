"""Requests made from the OpenAPI description, right and wrong, against every route of it."""

import warnings
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from hotline.calendar import SHANGHAI

#: What every answer is held against. (A body of the right form may still contradict itself, so that right
#: requests be accepted is not among them.)
_NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)


@dataclass
class Tally:
    """How many cases there were, and which statuses were answered."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)


def send_wild_requests(app: FastAPI, headers: dict[str, str], cases: int, from_seed: int = 0) -> Tally:
    """So many cases over all operations; what was not as described is in the tally's `failures`.

    `headers` go with every request: a key.
    """
    import schemathesis
    from schemathesis.checks import load_all_checks
    from schemathesis.generation import GenerationMode

    load_all_checks()
    schemathesis.openapi.format("date-time", _moments())
    found = {check.__name__: check for check in schemathesis.checks.CHECKS.get_all()}
    checks = [found[name] for name in _NAMES]
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=headers)
    operations = [result.ok() for result in schema.get_all_operations()]
    tally, turn = Tally(), from_seed
    pairs = [
        (operation, mode)
        for operation in operations
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ]
    while tally.cases < cases and pairs and not tally.failures:
        share = -(-(cases - tally.cases) // len(pairs))
        # Of an operation without parameters there are but a few; the others take over its share.
        pairs = [
            (operation, mode)
            for operation, mode in pairs
            if _try(operation, mode, headers, share, turn, checks, tally)
        ]
        turn += 1_000
    return tally


def _moments() -> st.SearchStrategy[str]:
    """Times of which many can be: of the last days; and some that cannot."""
    now = datetime.now(SHANGHAI)
    recent = st.integers(0, 5 * 24 * 60).map(lambda minutes: (now - timedelta(minutes=minutes)).isoformat())
    return recent | recent | st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat())


def _try(
    operation: Any,
    mode: Any,
    headers: dict[str, str],
    cases: int,
    from_seed: int,
    checks: list[Any],
    tally: Tally,
) -> bool:
    """Send them; whether there were as many as asked for."""
    before, strategy = tally.cases, operation.as_strategy(generation_mode=mode)

    @seed(from_seed)
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def each(case: Any) -> None:
        answer = case.call(headers=headers)
        tally.cases += 1
        tally.statuses[answer.status_code] += 1
        tally.operations.add(operation.label)
        case.validate_response(answer, checks=checks)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            each()
        except Unsatisfiable:  # an operation without parameters has nothing to get wrong
            return False
        except BaseExceptionGroup as failures:
            tally.failures += [f"{operation.label}: {failure}" for failure in failures.exceptions]
    return tally.cases - before >= cases
