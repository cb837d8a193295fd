"""The card's charts as inline SVG: drawn 320 wide with 12-unit text, so that one drawing fits phone and paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

import numpy as np
from markupsafe import Markup, escape

_WIDTH = 320
_LEFT, _TOP, _RIGHT = 40, 12, 308
#: How far an axis of shares may reach; the least that holds the data is taken.
_TOPS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
_ROW = 26
#: What fits beside a shape: 8 Chinese characters or 12 letters.
_LABEL_WIDTH = 24


@dataclass(frozen=True)
class _Frame:
    """A plot between `_LEFT`, `_RIGHT`, `_TOP` and `bottom`, and the values at its edges."""

    x_from: float
    x_to: float
    y_from: float
    y_to: float
    bottom: float

    def x(self, value: float) -> float:
        """Where a value lies across."""
        return _LEFT + (value - self.x_from) / (self.x_to - self.x_from) * (_RIGHT - _LEFT)

    def y(self, value: float) -> float:
        """Where a value lies upward."""
        return self.bottom - (value - self.y_from) / (self.y_to - self.y_from) * (self.bottom - _TOP)

    def grid(self, across: Mapping[float, str], upward: Mapping[float, str]) -> str:
        """Grid lines with their labels."""
        rows = [
            f'<line class="gr" x1="{_LEFT}" x2="{_RIGHT}" y1="{self.y(v):.1f}" y2="{self.y(v):.1f}"/>'
            f'<text x="{_LEFT - 5}" y="{self.y(v) + 4:.1f}" text-anchor="end">{escape(label)}</text>'
            for v, label in upward.items()
        ]
        rows += [
            f'<text x="{self.x(v):.1f}" y="{self.bottom + 16:.1f}" text-anchor="middle">{escape(label)}</text>'
            for v, label in across.items()
        ]
        return "".join(rows)

    def line(self, css: str, xs: Sequence[float], ys: Sequence[float]) -> str:
        """A line through points; those without a value are left out."""
        told = [(x, y) for x, y in zip(xs, ys, strict=True) if y == y]
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in told)
        return f'<polyline class="{css}" points="{path}"/>'

    def whisker(self, x: float, low: float, high: float) -> str:
        """An upright interval."""
        return f'<line class="wh" x1="{self.x(x):.1f}" x2="{self.x(x):.1f}" y1="{self.y(low):.1f}" y2="{self.y(high):.1f}"/>'

    def dot(self, x: float, y: float) -> str:
        """A point."""
        return f'<circle class="pt" cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="3.5"/>'


def reach_of(bins: Sequence[Mapping[str, float]]) -> float:
    """How far the axes of a calibration chart have to reach."""
    return max(max(row["foretold"], row["high"]) for row in bins)


def reliability_chart(bins: Sequence[Mapping[str, float]], reach: float | None = None) -> Markup:
    """Foretold against come, with the diagonal; a bin's interval is Wilson's.

    `reach` is how far the axes have to reach, where charts are to be compared.
    """
    reach = reach_of(bins) if reach is None else reach
    top = next(edge for edge in _TOPS if edge >= min(reach, 1.0))
    frame = _Frame(0, top, 0, top, 190)
    ticks = {top * k / 4: f"{top * k / 4 * 100:g}" for k in range(5)}
    parts = [frame.grid(ticks, ticks), frame.line("tg", [0, top], [0, top])]
    for row in bins:
        parts += [
            frame.whisker(row["foretold"], row["low"], row["high"]),
            frame.dot(row["foretold"], row["came"]),
        ]
    parts.append(_axes("实际 %", "模型说的不满意可能 %", 222))
    worst = max(bins, key=lambda row: abs(row["foretold"] - row["came"]))
    said = f"校准图：{len(bins)} 组，差得最多的一组说 {worst['foretold']:.0%}，实际 {worst['came']:.0%}"
    return _svg(228, said, parts)


def gain_chart(curves: Mapping[str, Sequence[float]]) -> Markup:
    """Share of the dissatisfied found against the share of orders called; the first curve is the model's."""
    frame = _Frame(0, 1, 0, 1, 190)
    ticks = {k / 4: f"{k * 25}" for k in range(5)}
    parts = [frame.grid(ticks, ticks), frame.line("tg", [0, 1], [0, 1])]
    for css, curve in zip(("ln", "ln2", "ln3"), curves.values(), strict=False):
        parts.append(frame.line(css, np.linspace(0, 1, len(curve)).tolist(), curve))
    parts.append(_axes("找到的不满意 %", "先打电话的工单 %", 222))
    said = f"找回率曲线：{'、'.join(curves)}，与随便抽（斜线）相比"
    return _svg(228, said, parts)


def lag_chart(lag: Mapping[str, Any]) -> Markup:
    """Share of the ratings that were known so many days after receipt."""
    far = max(float(lag["days"][-1]), 1.0)
    frame = _Frame(0, far, 0, 1, 150)
    across = {far * k / 4: f"{far * k / 4:.3g}" for k in range(5)}
    parts = [frame.grid(across, {k / 4: f"{k * 25}" for k in range(5)})]
    parts.append(frame.line("ln", lag["days"], lag["shares"]))
    parts.append(_axes("已有评价 %", "受理后天数", 182))
    return _svg(188, f"一半的评价在受理后 {lag['p50']:.0f} 天内到，95% 在 {lag['p95']:.0f} 天内到", parts)


def stage_chart(rows: Sequence[Mapping[str, Any]]) -> Markup:
    """The AUC at each stage: a full dot with its interval, and a hollow one below it for the champion."""
    left, right, top = 88, 262, 6
    lows = [row[name] for row in rows for name in ("low", "champion_low") if row.get(name) is not None]
    start = min(0.5, np.floor(10 * min(lows, default=0.5)) / 10)
    bottom = top + _ROW * len(rows) + 8

    def across(value: float) -> float:
        return left + (min(value, 1.0) - start) / (1.0 - start) * (right - left)

    parts = []
    for tick in np.arange(round(10 * start), 11) / 10:
        x, css = across(tick), "tg" if tick == 0.5 else "gr"
        parts.append(f'<line class="{css}" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{tick:g}</text>')
    for number, row in enumerate(rows):
        y = top + _ROW * number + 13
        parts.append(f'<text x="{left - 6}" y="{y + 6}" text-anchor="end">{escape(_short(row["zh"]))}</text>')
        parts.append(_whisker("wh", row["low"], row["high"], across, y))
        parts.append(f'<circle class="pt" cx="{across(row["auc"]):.1f}" cy="{y}" r="4.5"/>')
        if row.get("champion_auc") is not None:
            parts.append(_whisker("wh2", row["champion_low"], row["champion_high"], across, y + 9))
            parts.append(f'<circle class="pt2" cx="{across(row["champion_auc"]):.1f}" cy="{y + 9}" r="3.5"/>')
        parts.append(
            f'<text class="t" x="{_WIDTH - 4}" y="{y + 6}" text-anchor="end">{row["auc"]:.2f}</text>'
        )
    said = "各阶段的AUC：" + "，".join(f"{row['zh']}{row['auc']:.2f}" for row in rows)
    return _svg(bottom + 22, said, parts)


def _whisker(css: str, low: float | None, high: float | None, across: Any, y: float) -> str:
    if low is None or high is None:
        return ""
    return f'<line class="{css}" x1="{across(low):.1f}" x2="{across(high):.1f}" y1="{y}" y2="{y}"/>'


def shape_chart(feature: Mapping[str, Any]) -> Markup:
    """What each value does to the odds of 不满意: one row a bin or level, its span the middle four fifths."""
    points = feature["points"]
    reach = max(0.05, *(max(abs(p["low"]), abs(p["high"])) for p in points)) * 1.05
    left, right = 112, 268
    middle, half = (left + right) / 2, (right - left) / 2
    bottom = _ROW * len(points) + 4
    parts = [f'<line class="tg" x1="{middle}" x2="{middle}" y1="2" y2="{bottom}"/>']
    for number, point in enumerate(points):
        y = _ROW * number + 17
        low, at, high = (middle + point[name] / reach * half for name in ("low", "effect", "high"))
        css = "up" if point["effect"] > 0 else "dn"
        parts.append(
            f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{escape(_short(point["label"]))}</text>'
            f'<line class="wh {css}" x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}"/>'
            f'<circle class="pt {css}" cx="{at:.1f}" cy="{y}" r="4"/>'
            f'<text class="t" x="{_WIDTH - 4}" y="{y + 4}" text-anchor="end">×{np.exp(point["effect"]):.2f}</text>'
        )
    ends = (points[0], points[-1])
    said = f"{feature['zh']}：" + "，".join(f"{p['label']} 时比数乘 {np.exp(p['effect']):.2f}" for p in ends)
    return _svg(bottom + 6, said, parts)


def _short(label: str) -> str:
    """As much of a label as there is room for: two Chinese characters are as wide as three letters."""
    widths = np.cumsum([3 if east_asian_width(letter) in "WF" else 2 for letter in label])
    room = int(np.searchsorted(widths, _LABEL_WIDTH, side="right"))
    return label if room == len(label) else label[: room - 1] + "…"


def _axes(upward: str, across: str, y: float) -> str:
    return (
        f'<text x="{_LEFT + 4}" y="{_TOP + 8}">{upward}</text>'
        f'<text x="{_RIGHT}" y="{y}" text-anchor="end">{across}</text>'
    )


def _svg(height: float, said: str, parts: Sequence[str]) -> Markup:
    """`said` is what a screen reader says instead; it and every label are escaped here."""
    head = f'<svg class="ch" viewBox="0 0 {_WIDTH} {height:g}" role="img" aria-label="{escape(said)}">'
    return Markup(head + "".join(parts) + "</svg>")  # noqa: S704 - escaped above
