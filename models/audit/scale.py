"""Ratings whose words the scale does not know: they are lost, and with them perhaps a whole level."""

from collections.abc import Iterator

from hotline.leaks import FindingKind, Severity
from models.audit.findings import Figure, Finding, acknowledgement
from models.audit.material import Material
from models.audit.silent_words import is_nought, is_silent, shown

#: Fewer than these, of all words in the column, are slips of the pen.
_LEAST, _SLIPS = 20, 0.01
#: So many, while a word of the scale is never said, are that word in another spelling.
_MANY = 0.05
_MOST_NAMED = 5


def ratings_refused(material: Material) -> Iterator[Finding]:
    """Words that speak, and that the scale does not know.

    Refusing a word for silence is right. Severe if fewer than two levels are left, or if the description's own
    scale names a word that nobody says.
    """
    for words in material.rating_words:
        refused = {w: n for w, n in words.refused.items() if not is_silent(w) and not is_nought(w)}
        lost, kept = sum(refused.values()), sum(words.known.values())
        if lost < max(_LEAST, _SLIPS * (lost + kept)):
            continue
        unsaid = [word for word in words.unsaid if lost >= _MANY * (lost + kept)]
        is_severe = words.levels < 2 or bool(unsaid)
        often = sorted(refused, key=lambda word: -refused[word])[:_MOST_NAMED]
        named = shown(often, material.scale)
        figures: dict[str, Figure] = {
            "words": ", ".join(f"{word} ({refused[own]})" for word, own in zip(named, often, strict=True)),
            "ratings_refused": lost,
            "ratings_known": kept,
            "levels_known": words.levels,
        }
        if unsaid:
            figures["scale_words_never_said"] = ", ".join(unsaid)
        yield Finding(
            FindingKind.RATINGS_REFUSED,
            words.column,
            Severity.SEVERE if is_severe else Severity.WARNING,
            "the scale does not know these words, so their callbacks are not loaded: what is left is no fair sample",
            f'"{named[0]}" = "…" in [scale], with its level; if it says that nobody answered, missing = ["{named[0]}"]'
            f"\nor, if it is known to be honest:\n{acknowledgement(FindingKind.RATINGS_REFUSED, words.column)}",
            figures,
        )
