"""Charts as plain SVG, drawn from numbers: no script, no foreign font, readable on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.calendar import SHANGHAI

WIDTH, HEIGHT = 340, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 324, 20, 166
#: Numbers on a line stand so far apart.
_APART = 16
#: How far below or above its line a name stands.
_BELOW, _ABOVE = 13, -4


@dataclass(frozen=True)
class Tick:
    """A place on an axis with its word."""

    at: float
    word: str


@dataclass(frozen=True)
class Mark:
    """A happening on a line, with its number in the list beside."""

    across: float
    up: float
    number: int


@dataclass(frozen=True)
class Limit:
    """Where a band begins: its line, and its name beside it, on the side where the course does not begin."""

    at: float
    name: str
    css: str
    named_at: float


@dataclass(frozen=True)
class Course:
    """A risk's course as a step line that ends now: the path, what happened on it, and the marks of the axes."""

    path: str
    rises: tuple[Tick, ...]
    days: tuple[Tick, ...]
    limits: tuple[Limit, ...]
    marks: tuple[Mark, ...]
    said: str

    width, height, left, right, top, bottom = WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM


def course_of(
    points: Sequence[tuple[datetime, float]],
    limits: Sequence[tuple[float, str, str]],
    happened: Sequence[tuple[int, datetime]],
    now: datetime,
) -> Course:
    """The course of an order's risk (0–1), oldest point first, an hour before now at least; it holds until the next one.

    limits   : risks at which a band begins, each with its name and class
    happened : what happened, by its number in the list; where there is no room for a number it is left out
    """
    first = points[0][0]
    span = now - first

    def across(moment: datetime) -> float:
        return round(LEFT + (RIGHT - LEFT) * ((moment - first) / span), 1)

    steps = [f"M{across(points[0][0])} {_up(points[0][1])}"]
    for moment, risk in points[1:]:
        steps.append(f"H{across(moment)}V{_up(risk)}")
    steps.append(f"H{across(now)}")
    return Course(
        path="".join(steps),
        rises=tuple(Tick(_up(tenths / 10), str(tenths)) for tenths in range(0, 11, 2)),
        days=_days(first, span, across),
        limits=tuple(
            Limit(_up(risk), name, css, _up(risk) + (_BELOW if points[0][1] >= risk else _ABOVE))
            for risk, name, css in limits
        ),
        marks=_marks(points, happened, now, across),
        said=_said([risk for _, risk in points]),
    )


def _marks(points, happened, now, across) -> tuple[Mark, ...]:  # type: ignore[no-untyped-def]
    found: list[Mark] = []
    for number, moment in happened:
        if not points[0][0] <= moment <= now:
            continue
        risk = next(risk for at, risk in reversed(points) if at <= moment)
        if not found or across(moment) - found[-1].across >= _APART:
            found.append(Mark(across(moment), _up(risk), number))
    return tuple(found)


def _up(risk: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * risk, 1)


def _days(first: datetime, span: timedelta, across) -> tuple[Tick, ...]:  # type: ignore[no-untyped-def]
    """Up to four marks along the bottom."""
    step = span / 3
    form = "%m-%d" if span > timedelta(days=2) else "%H:%M"
    moments = [first + step * number for number in range(4)]
    return tuple(Tick(across(moment), f"{moment.astimezone(SHANGHAI):{form}}") for moment in moments)


def _said(risks: Sequence[float]) -> str:
    """The course in a sentence, for whoever does not see it."""
    tenths = [round(10 * risk) for risk in (risks[0], max(risks), risks[-1])]
    return "风险从10件约{}件起，最高约{}件，现在约{}件".format(*tenths)
