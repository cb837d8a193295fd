"""A figure month by month as plain SVG: dots with their intervals, and the target."""

from collections.abc import Sequence
from dataclasses import dataclass

from serve.web.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Tick


@dataclass(frozen=True)
class Point:
    """A month with its share (0–1) and interval; `value` is None where too few were counted."""

    month: str
    value: float | None
    low: float
    high: float
    is_open: bool


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

    width, height, left, right = WIDTH, HEIGHT, LEFT, RIGHT


def trend_of(name: str, points: Sequence[Point], target: float | None) -> Trend | None:
    """A trend of shares (0–1), oldest month first; None where fewer than two months have a figure."""
    told = [(point, point.value) for point in points if point.value is not None]
    if len(told) < 2:
        return None
    lowest = min([point.low for point, _ in told] + ([target] if target is not None else []))
    floor = max(0.0, int(10 * lowest) / 10 - (0.1 if lowest < 1 else 0))

    def up(share: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (share - floor) / (1 - floor), 1)

    step = (RIGHT - LEFT - 16) / max(len(points) - 1, 1)
    across = [round(LEFT + 8 + step * number, 1) for number in range(len(points))]
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
