"""Words to numbers, yes and no, ratings and the hotline's own terms; personal numbers masked on the way."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from hotline.masking import mask_personal_numbers
from hotline.satisfaction import Rating
from store.extracts.description import ANY_OTHER, Description


def parse_numbers(words: "pd.Series[Any]") -> tuple[np.ndarray, np.ndarray]:
    """Numbers (NaN where missing), and which words were none."""
    plain = words.str.replace(",", "", regex=False)
    numbers = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    is_bad = words.notna().to_numpy() & ~np.isfinite(numbers)
    return np.where(is_bad, np.nan, numbers), is_bad


def parse_yes_no(words: "pd.Series[Any]", described: Description) -> tuple[np.ndarray, np.ndarray]:
    """1, 0 or NaN, and which words were neither yes, no nor unknown."""
    meanings = dict.fromkeys(map(str.lower, described.unknown), np.nan)
    meanings |= dict.fromkeys(map(str.lower, described.yes), 1.0)
    meanings |= dict.fromkeys(map(str.lower, described.no), 0.0)
    return _by_word(words, lambda word: meanings.get(_whole(word).lower()))


def parse_ratings(words: "pd.Series[Any]", described: Description) -> tuple[np.ndarray, np.ndarray]:
    """Levels 0 (不满意) to 3 (满意) or NaN, and which words the scale does not know."""
    scale: Mapping[str, Rating] = described.scale
    otherwise = scale.get(ANY_OTHER)

    def level(word: str) -> float | None:
        found = scale.get(word, scale.get(_whole(word), otherwise))
        if found is None:
            return np.nan if word in described.unknown else None
        return float(found)

    return _by_word(words, level)


def translate(words: "pd.Series[Any]", meanings: Mapping[str, str]) -> "pd.Series[Any]":
    """The words with those that have a meaning replaced by it."""
    if not meanings:
        return words
    return through_unique(words, lambda word: meanings.get(word, word))


def mask(words: "pd.Series[Any]") -> "pd.Series[Any]":
    """The words with phone and identity-card numbers masked."""
    return through_unique(words, mask_personal_numbers)


def through_unique(words: "pd.Series[Any]", change: Callable[[str], str]) -> "pd.Series[Any]":
    codes, unique = pd.factorize(words)
    changed = np.array([*map(change, unique), None], dtype=object)
    return pd.Series(changed[codes], index=words.index, dtype="str")


def _by_word(
    words: "pd.Series[Any]", meaning: Callable[[str], float | None]
) -> tuple[np.ndarray, np.ndarray]:
    """Look each different word up once; None from `meaning` marks a word that it does not know."""
    codes, unique = pd.factorize(words)
    found = [meaning(word) for word in unique]
    numbers = np.array([np.nan if value is None else value for value in found] + [np.nan])
    is_bad = np.array([value is None for value in found] + [False])
    return numbers[codes], is_bad[codes]


def _whole(word: str) -> str:
    """`1.0` as `1`: spreadsheets and other people's frames write whole numbers so."""
    return word.removesuffix(".0")
