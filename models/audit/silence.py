"""Ratings that nobody gave: who did not answer, kept as dissatisfied."""

from collections.abc import Iterator, Mapping

import numpy as np

from hotline.leaks import FindingKind, Severity
from hotline.satisfaction import LEVELS_ZH
from models.audit.findings import Figure, Finding, acknowledgement
from models.audit.material import Material, Ratings
from models.audit.separation import wilson
from models.audit.silent_words import is_nought, is_number, is_silent, shown

_LEAST = 30
_MOST_NAMED = 5
#: What is filled where people answered is a companion of a rating; hardly one rating lacks it.
_COMPANION, _HARDLY_ONE, _MANY_LACK = 0.95, 0.02, 0.1
#: So many of the worst may lack one companion only if they never answered.
_PLAINLY = 0.3
#: Where all answer, this share of the worst of several levels is unheard of (a twentieth is usual).
_MOSTLY_WORST = 0.4
#: Of words that share a level, one is silence if it lacks what the others often have, as chance hardly ever
#: would; or if it is so much of all ratings, and so many times the others, that it can be no degree of anger.
_OFTEN, _CHANCE = 0.2, 1e-6
_MUCH, _DWARFS = 0.3, 1.5


def silent_as_worst(material: Material) -> Iterator[Finding]:
    """Those who did not answer, kept as dissatisfied."""
    for ratings in material.ratings:
        is_worst = ratings.level == 0
        severity, evidence = max(
            (found for check in _SIGNS for found in check(material, ratings, is_worst)),
            key=lambda found: found[0] is Severity.SEVERE,
            default=(None, {}),
        )
        if severity is None:
            continue
        yield Finding(
            FindingKind.SILENT_AS_WORST,
            ratings.column,
            severity,
            "who did not answer has said nothing, neither good nor bad; counted among the rated, the model learns "
            "who does not pick up the phone",
            'name the word for “no answer” in missing = ["…"] or unknown = ["…"], give every word of the rating its '
            "own line in [scale], and map the column that says whether somebody answered (answered = …)\nor, if it "
            f"is known to be honest:\n{acknowledgement(FindingKind.SILENT_AS_WORST, ratings.column)}",
            evidence,
        )


Found = Iterator[tuple[Severity, dict[str, Figure]]]


def _by_word(material: Material, ratings: Ratings, is_worst: np.ndarray) -> Found:
    """Words that say "no answer" but count as the worst level, alone or among all that are not named."""
    words, count = np.unique(ratings.word[is_worst].astype(str), return_counts=True)
    noughts = [is_nought(word) for word in words] if sum(map(is_number, words)) > 1 else [False] * len(words)
    silent = np.array([is_silent(word) for word in words], dtype=bool) | np.array(noughts, dtype=bool)
    unnamed = np.array([not _names(material.scale, word) for word in words], dtype=bool)
    if silent.any():
        said = shown(words[silent], material.scale)[:_MOST_NAMED]
        yield Severity.SEVERE, {"words": ", ".join(said), "ratings": int(count[silent].sum())}
    elif unnamed.sum() > 1:
        figures: dict[str, Figure] = {"words_under_*": int(unnamed.sum())}
        yield Severity.WARNING, {**figures, "ratings": int(count[unnamed].sum())}


def _names(scale: Mapping[str, int], word: str) -> bool:
    return word in scale or word.removesuffix(".0") in scale


def _by_sharing(material: Material, ratings: Ratings, is_worst: np.ndarray) -> Found:
    """One of the words that share the worst level, or one of only two levels, behaves as silence does."""
    levels = np.unique(ratings.level)
    for level in levels if len(levels) == 2 else levels[:1][levels[:1] == 0]:
        words, place = np.unique(ratings.word.astype(str), return_inverse=True)
        sharing = np.unique(place[ratings.level == level])
        for number in sharing if len(sharing) > 1 else ():
            is_it = place == number
            others = (ratings.level == level) & ~is_it
            if min(is_it.sum(), others.sum()) < _LEAST // 2 or words[number] in LEVELS_ZH:
                continue
            figures = _as_silence(material, ratings, is_it, others) or (
                _dwarfing(material, is_it, others) if level == 0 else None
            )
            if figures is not None:
                named = {"words": ", ".join(shown(words[[number]], material.scale))}
                yield Severity.WARNING, {**named, "ratings": int(is_it.sum()), **figures}


def _as_silence(
    material: Material, ratings: Ratings, is_it: np.ndarray, others: np.ndarray
) -> dict[str, Figure] | None:
    """A column that says nothing with this word, and often with the others of its level and of any level."""
    for place, name in enumerate(ratings.names):
        says = ratings.companions[:, place]
        often = min(says[others].mean(), says[~is_it].mean())
        if often >= _OFTEN and says[is_it].mean() <= _HARDLY_ONE and (1 - often) ** is_it.sum() < _CHANCE:
            figures: dict[str, Figure] = {
                "empty": name,
                "share_of_these": round(1 - float(says[is_it].mean()), 3),
            }
            return {**figures, "share_of_others": round(1 - float(says[~is_it].mean()), 3)}
    return None


def _dwarfing(material: Material, is_it: np.ndarray, others: np.ndarray) -> dict[str, Figure] | None:
    """Nobody else is silent, and so many say this word as hardly ever are dissatisfied."""
    low, _ = wilson(is_it.sum(keepdims=True), np.array([len(is_it)]))
    if not _everyone_rated(material) or low[0] < _MUCH or is_it.sum() < _DWARFS * others.sum():
        return None
    return {"unanswered": 0, "share_of_all": round(float(is_it.mean()), 3), "other_words": int(others.sum())}


def _everyone_rated(material: Material) -> bool:
    """Whether each of the many orders that were called has a rating."""
    called = material.orders["is_called"].to_numpy(dtype=bool)
    return bool(called.sum() >= _LEAST and not np.isnan(material.is_bad[called]).any())


def _by_answer(material: Material, ratings: Ratings, is_worst: np.ndarray) -> Found:
    """Worst ratings of calls that, as another column says, nobody answered."""
    if ratings.refused:
        yield Severity.WARNING, {"rated_but_not_answered": ratings.refused, "loaded": 0}
    for name, answered in ratings.answered.items():
        silent = answered == 0
        if _stands_out(silent, is_worst):
            yield Severity.SEVERE, {"answered_in": name, **_lacking(silent, is_worst)}


def _by_companions(material: Material, ratings: Ratings, is_worst: np.ndarray) -> Found:
    """Worst ratings without what comes with every other rating: a time, a channel, an answer."""
    others = ratings.companions[~is_worst]
    if not len(others):
        return
    companions = np.flatnonzero(others.mean(axis=0) >= _COMPANION)
    for place in companions:
        lacks = ~ratings.companions[:, place]
        if _stands_out(lacks, is_worst):
            lacking = _lacking(lacks, is_worst)
            severity = Severity.SEVERE if lacks[is_worst].mean() >= _PLAINLY else Severity.WARNING
            yield severity, {"empty": ratings.names[place], **lacking}
    lacks_all: np.ndarray = ratings.companions[:, companions].sum(axis=1) == 0
    if len(companions) > 1 and _stands_out(lacks_all, is_worst):
        yield Severity.SEVERE, {"empty": "all that others have", **_lacking(lacks_all, is_worst)}


def _by_number(material: Material, ratings: Ratings, is_worst: np.ndarray) -> Found:
    """Nobody is silent, and most are dissatisfied: on a scale of several levels that is no rating."""
    if not _everyone_rated(material) or len(np.unique(ratings.level)) <= 2:
        return
    low, _ = wilson(is_worst.sum(keepdims=True), np.array([len(is_worst)]))
    if low[0] >= _MOSTLY_WORST:
        are_noughts = all(map(is_nought, np.unique(ratings.word[is_worst].astype(str))))
        share = {
            "share_of_worst_level": round(float(is_worst.mean()), 3),
            "share_at_least": round(float(low[0]), 3),
        }
        calls = int(material.orders["is_called"].sum())
        yield Severity.SEVERE if are_noughts else Severity.WARNING, {"calls": calls, "unanswered": 0, **share}


def _stands_out(is_silent: np.ndarray, is_worst: np.ndarray) -> bool:
    if is_silent[is_worst].sum() < _LEAST // 2 or not (~is_worst).any():
        return False
    return bool(is_silent[is_worst].mean() >= _MANY_LACK and is_silent[~is_worst].mean() <= _HARDLY_ONE)


def _lacking(is_silent: np.ndarray, is_worst: np.ndarray) -> dict[str, Figure]:
    return {
        "worst_ratings": int(is_silent[is_worst].sum()),
        "share_of_worst": round(float(is_silent[is_worst].mean()), 3),
        "share_of_others": round(float(is_silent[~is_worst].mean()), 3),
    }


_SIGNS = (_by_word, _by_answer, _by_companions, _by_sharing, _by_number)
