"""The page of a model card: one HTML file that needs nothing else, with all that comes from data escaped."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from models.card import CHAMPION
from models.card_figures import CAPACITIES

_MADE_OF_ZH = {
    "seed": "随机种子",
    "replays": "重做的版本",
    "data_fingerprint": "数据指纹",
    "code_version": "代码版本",
    "code_fingerprint": "代码指纹",
    "lock_fingerprint": "依赖指纹",
}
#: Slices shown openly; the rest are folded.
_MOST_SLICES = 15


def render(card: Mapping[str, Any], version: str | None = None) -> str:
    """The card as one HTML page that needs nothing else; `version` where the model has one already."""
    text: str = _template().render(card=card, version=version)
    return text


def _curves(group: Mapping[str, Any]) -> dict[str, list[float]]:
    """The gain curves of a group: the model's first, then those beside it."""
    curves = {name: score["curve"] for name, score in group["scores"].items()}
    if group["common"]:
        curves[CHAMPION] = group["common"]["scores"][CHAMPION]["curve"]
    return curves


@cache
def _template() -> Any:
    """The page, with everything that comes from data escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from models import card_charts

    environment = Environment(
        loader=PackageLoader("models", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "figure": figure, "points": points}
    environment.globals |= {
        "capacities": CAPACITIES,
        "curves": _curves,
        "made_of_zh": _MADE_OF_ZH,
        "most_slices": _MOST_SLICES,
    }
    environment.globals |= {
        name: getattr(card_charts, name)
        for name in ("reliability_chart", "gain_chart", "lag_chart", "shape_chart")
    }
    return environment.get_template("card.html")


def percent(share: float | None, digits: int = 0) -> str:
    """A share as a person reads it; a dash where there is none.

    >>> percent(0.256), percent(float("nan"))
    ('26%', '—')
    """
    return "—" if share is None or share != share else f"{share:.{digits}%}"


def figure(value: float | None, digits: int = 3) -> str:
    """A number with so many decimals; a dash where there is none."""
    return "—" if value is None or value != value else f"{value:.{digits}f}"


def points(difference: float) -> str:
    """A difference of shares in whole percentage points, with its sign.

    >>> points(0.031), points(-0.014), points(-0.001)
    ('+3', '−1', '0')
    """
    whole = round(100 * difference)
    return f"{whole:+d}".replace("-", "−") if whole else "0"
