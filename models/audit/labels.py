"""What is wrong with the ratings themselves: not yet there, never there, or made up for the silent."""

import re
from collections.abc import Iterator

import numpy as np

from hotline.calendar import DAY, NO_TIME
from hotline.leaks import FindingKind, Severity
from hotline.masking import mask_personal_numbers
from models.audit.findings import Finding, acknowledgement
from models.audit.material import Column, Material, Ratings
from models.audit.separation import wilson

#: The share of ratings that have come within the age at which a cohort counts as settled.
_SETTLED = 0.95
#: Recent orders rated less than this times as often as settled ones are not ripe.
_FAR_BELOW = 0.8
_LEAST = 30
#: A group is never rated if chance would leave it so as rarely as this.
_CHANCE = 1e-6
_CATEGORIES = ("source", "kind", "category", "street", "part", "company", "community")
_MOST_NAMED = 5
#: What is filled where people answered is a companion of a rating; hardly one rating lacks it.
_COMPANION, _HARDLY_ONE, _MANY_LACK = 0.95, 0.02, 0.1
#: So many of the worst may lack one companion only if they never answered.
_PLAINLY = 0.3
#: Where all answer, this share of the worst of several levels is unheard of (a twentieth is usual).
_MOSTLY_WORST = 0.4
#: What is longer is no word of a scale, and is not shown.
_WORD_LENGTH = 12
#: Words that say that nobody answered, or nothing.
_NO_ANSWER = re.compile(
    r"未评|未接|未答|未回|未联系|无人|无应答|无法|没有?接|不在|拒|空号|关机|停机|占线|超时|默认|放弃"
    r"|no.?answer|unanswer|unreach|not.?(rated|reached|answered)|^空|^无$|不详|未知|unknown|pending|待回|^nan$|none|null|n/?a$|skip|missing|time.?out|silent|^[-–—/\\.?？]+$",
    re.I,
)
_NUMBER = re.compile(r"-?\d+(\.0)?")


def settled(material: Material) -> np.ndarray:
    """Which orders (a mask) are closed, and old enough to have a rating if they ever get one."""
    received, closed = material.time("received_at"), material.time("closed_at")
    old_enough = (received != NO_TIME) & (received < _settled_until(material))
    is_closed = closed != NO_TIME
    return old_enough & (is_closed if is_closed.any() else True) & ~material.orders["is_twin"].to_numpy(bool)


def _settled_until(material: Material) -> int:
    """Orders received before this moment have had the time that nearly every rating takes."""
    received, label = (
        material.time("received_at")[material.judged],
        material.time("label_at")[material.judged],
    )
    waits = (label - received)[received != NO_TIME]
    latest = max([*label.tolist(), *material.time("last_at").tolist(), NO_TIME])
    return min(latest, material.taken_at) - int(np.quantile(waits, _SETTLED) if len(waits) else 0)


def immature_labels(material: Material) -> Iterator[Finding]:
    """Orders so new that most of their ratings are still to come."""
    is_rated = ~np.isnan(material.is_bad)
    received, until = material.time("received_at"), _settled_until(material)
    is_new = (received != NO_TIME) & (received >= until)
    is_old = (received != NO_TIME) & ~is_new
    if min(is_new.sum(), is_old.sum()) < _LEAST or not is_rated.any():
        return
    new, old = is_rated[is_new].mean(), is_rated[is_old].mean()
    _, high = wilson(is_rated[is_new].sum(keepdims=True), is_new.sum(keepdims=True))
    if new >= _FAR_BELOW * old or high[0] >= old:
        return
    yield Finding(
        FindingKind.IMMATURE_LABELS,
        "",
        Severity.WARNING,
        "the newest orders with a rating are those that closed fastest; training leaves these orders out",
        "nothing needs to be written; ingest their callbacks when they have come",
        {
            "recent_orders": int(is_new.sum()),
            "recent_rated_share": round(float(new), 3),
            "settled_rated_share": round(float(old), 3),
            "rating_takes_days": round((min(int(received.max()), material.taken_at) - until) / DAY, 1),
        },
    )


def never_rated(material: Material) -> Iterator[Finding]:
    """Values of categories that many orders have and no rated one."""
    for column, words, orders, expected in _never(material):
        named = [mask_personal_numbers(word) for word in words[:_MOST_NAMED]]
        yield Finding(
            FindingKind.NEVER_RATED,
            column.name,
            Severity.WARNING,
            "no rating of such orders can come in: nothing is learnt of them, and their silence is no satisfaction",
            f"nothing needs to be written; to be told no more:\n{acknowledgement(FindingKind.NEVER_RATED, column.name)}",
            {"values": ", ".join(named), "orders": orders, "ratings_expected": round(expected, 1)},
        )


def can_be_rated(material: Material) -> np.ndarray:
    """Which orders (a mask) are settled and in no group that is never rated."""
    able = settled(material)
    for column, words, _, _ in _never(material):
        row = column.rows_by(np.full(len(able), NO_TIME))
        able &= ~((row >= 0) & np.isin(column.words[row], words))
    return able


def _never(material: Material) -> Iterator[tuple[Column, list[str], int, float]]:
    """Columns with the words that are never rated, the orders that have them, and ratings expected."""
    looked_at, is_rated = settled(material), ~np.isnan(material.is_bad)
    if not looked_at.any() or not is_rated.any():
        return
    for column in material.columns:
        if column.field not in {f"order {name}" for name in _CATEGORIES}:
            continue
        row = column.rows_by(np.full(len(looked_at), NO_TIME))
        here = looked_at & (row >= 0)
        words, place, count = np.unique(
            column.words[row[here]].astype(str), return_inverse=True, return_counts=True
        )
        rated = np.bincount(place, is_rated[here], minlength=len(words))
        share = is_rated[here].mean() if here.any() else 0.0
        silent = (rated == 0) & (count >= _LEAST) & ((1 - share) ** count < _CHANCE)
        if silent.any():
            yield column, words[silent].tolist(), int(count[silent].sum()), float(share * count[silent].sum())


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
            "who did not answer has said nothing, neither good nor bad; counted as dissatisfied, the model learns "
            "who does not pick up the phone",
            'name the word for “no answer” in missing = ["…"] or unknown = ["…"], give every word of the rating its '
            "own line in [scale], and map the column that says whether somebody answered (answered = …)\nor, if it "
            f"is known to be honest:\n{acknowledgement(FindingKind.SILENT_AS_WORST, ratings.column)}",
            evidence,
        )


Found = Iterator[tuple[Severity, dict[str, float | int | str]]]


def _by_word(material: Material, ratings: Ratings, is_worst: np.ndarray) -> Found:
    """Words that say "no answer" but count as the worst level, alone or among all that are not named."""
    words, count = np.unique(ratings.word[is_worst].astype(str), return_counts=True)
    plain = [word.removesuffix(".0") for word in words]
    numbers = [word for word in plain if _NUMBER.fullmatch(word)]
    spoken = [
        bool(_NO_ANSWER.search(word)) or (len(numbers) > 1 and word in numbers and float(word) <= 0)
        for word in plain
    ]
    unnamed = [
        word not in material.scale and short not in material.scale
        for word, short in zip(words, plain, strict=True)
    ]
    if any(spoken):
        said = words[np.array(spoken)]
        yield (
            Severity.SEVERE,
            {"words": ", ".join(said[:_MOST_NAMED]), "ratings": int(count[np.array(spoken)].sum())},
        )
    elif sum(unnamed) > 1:
        yield (
            Severity.WARNING,
            {"words_under_*": sum(unnamed), "ratings": int(count[np.array(unnamed)].sum())},
        )


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
    called = material.orders["is_called"].to_numpy(dtype=bool)
    everyone_rated = called.sum() >= _LEAST and not np.isnan(material.is_bad[called]).any()
    if everyone_rated and len(np.unique(ratings.level)) > 2 and is_worst.mean() >= _MOSTLY_WORST:
        words = np.unique(ratings.word[is_worst].astype(str))
        is_nought = all(_NUMBER.fullmatch(word) and float(word) <= 0 for word in words)
        figures: dict[str, float | int | str] = {"calls": int(called.sum()), "unanswered": 0}
        share = {"share_of_worst_level": round(float(is_worst.mean()), 3)}
        yield Severity.SEVERE if is_nought else Severity.WARNING, {**figures, **share}


def _stands_out(is_silent: np.ndarray, is_worst: np.ndarray) -> bool:
    if is_silent[is_worst].sum() < _LEAST // 2 or not (~is_worst).any():
        return False
    return bool(is_silent[is_worst].mean() >= _MANY_LACK and is_silent[~is_worst].mean() <= _HARDLY_ONE)


def _lacking(is_silent: np.ndarray, is_worst: np.ndarray) -> dict[str, float | int | str]:
    return {
        "worst_ratings": int(is_silent[is_worst].sum()),
        "share_of_worst": round(float(is_silent[is_worst].mean()), 3),
        "share_of_others": round(float(is_silent[~is_worst].mean()), 3),
    }


_SIGNS = (_by_word, _by_answer, _by_companions, _by_number)
