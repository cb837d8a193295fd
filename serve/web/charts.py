"""Charts as plain SVG, drawn from numbers: no script, no foreign font, readable on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.calendar import SHANGHAI

_WIDTH, _HEIGHT = 340, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 324, 20, 166
#: Numbers on a line stand so far apart.
_APART = 16


@dataclass(frozen=True)
class Tick:
    """A place on an axis with its word."""

    at: float
    word: str


@dataclass(frozen=True)
class Point:
    """A month with its share (0–1) and interval; `value` is None where too few were counted."""

    month: str
    value: float | None
    low: float
    high: float
    is_open: bool


@dataclass(frozen=True)
class Mark:
    """A happening on a line, with its number in the list beside."""

    across: float
    up: float
    number: int


@dataclass(frozen=True)
class Course:
    """A risk's course as a step line that ends now: the path, what happened on it, and the marks of the axes."""

    path: str
    rises: tuple[Tick, ...]
    days: tuple[Tick, ...]
    limits: tuple[tuple[float, str, str], ...]
    marks: tuple[Mark, ...]
    said: str

    width, height, left, right, top, bottom = _WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM


def course_of(
    points: Sequence[tuple[datetime, float]],
    limits: Sequence[tuple[float, str, str]],
    happened: Sequence[tuple[int, datetime]],
    now: datetime,
) -> Course:
    """The course of an order's risk (0–1), oldest point first; it holds until the next one.

    limits   : risks at which a band begins, each with its name and class
    happened : what happened, by its number in the list; where there is no room for a number it is left out
    """
    first = points[0][0]
    span = max(now - first, timedelta(hours=1))

    def across(moment: datetime) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * ((moment - first) / span), 1)

    steps = [f"M{across(points[0][0])} {_up(points[0][1])}"]
    for moment, risk in points[1:]:
        steps.append(f"H{across(moment)}V{_up(risk)}")
    steps.append(f"H{across(now)}")
    return Course(
        path="".join(steps),
        rises=tuple(Tick(_up(tenths / 10), str(tenths)) for tenths in range(0, 11, 2)),
        days=_days(first, span, across),
        limits=tuple((_up(risk), name, css) for risk, name, css in limits),
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
    return round(_BOTTOM - (_BOTTOM - _TOP) * risk, 1)


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


@dataclass(frozen=True)
class Dot:
    """A month's figure on its place; the interval's ends, and whether the month is still running."""

    across: float
    up: float
    low: float
    high: float
    is_open: bool


@dataclass(frozen=True)
class Trend:
    """A figure month by month: dots with their intervals, the path between them, the target, and the axes' marks."""

    dots: tuple[Dot, ...]
    path: str
    target: float | None
    rises: tuple[Tick, ...]
    months: tuple[Tick, ...]
    said: str

    width, height, left, right = _WIDTH, _HEIGHT, _LEFT, _RIGHT


def trend_of(name: str, points: Sequence[Point], target: float | None) -> Trend | None:
    """A trend of shares (0–1), oldest month first; None where fewer than two months have a figure."""
    told = [(point, point.value) for point in points if point.value is not None]
    if len(told) < 2:
        return None
    lowest = min([point.low for point, _ in told] + ([target] if target is not None else []))
    floor = max(0.0, int(10 * lowest) / 10 - (0.1 if lowest < 1 else 0))

    def up(share: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * (share - floor) / (1 - floor), 1)

    step = (_RIGHT - _LEFT - 16) / max(len(points) - 1, 1)
    across = [round(_LEFT + 8 + step * number, 1) for number in range(len(points))]
    dots = tuple(
        Dot(x, up(p.value), up(p.low), up(p.high), p.is_open)
        for x, p in zip(across, points, strict=True)
        if p.value is not None
    )
    marks = [floor + (1 - floor) * part / 2 for part in range(3)]
    every = max(1, -(-len(points) // 6))
    return Trend(
        dots=dots,
        path="M" + "L".join(f"{dot.across} {dot.up}" for dot in dots),
        target=None if target is None else up(target),
        rises=tuple(Tick(up(share), f"{100 * share:.0f}%") for share in marks),
        months=tuple(
            Tick(x, p.month) for n, (x, p) in enumerate(zip(across, points, strict=True)) if n % every == 0
        ),
        said="{}：{}为{:.0%}，{}为{:.0%}".format(
            name, *(part for p, v in (told[0], told[-1]) for part in (p.month, v))
        ),
    )
