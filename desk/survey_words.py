"""The words in each column of ratings, as the scale knows them or not."""

from collections.abc import Iterator

from models.audit.material import Words
from store.extracts.description import ANY_OTHER, DEFAULT_SCALE, Description
from store.extracts.reading import Sheet
from store.extracts.words import parse_ratings


def rating_words(sheet: Sheet, described: Description) -> Iterator[Words]:
    """Each column of ratings in a file; a long file that repeats them in every row says each once an order."""
    for mapping in sheet.spec.callbacks:
        cell = mapping.fields.get("rating")
        if cell is None or cell.column is None:
            continue
        rows = sheet.cells
        if sheet.spec.event is not None and sheet.spec.order_id:
            rows = rows.drop_duplicates([sheet.spec.order_id, cell.column])
        words = rows[cell.column].dropna()
        level, is_refused = parse_ratings(words, described)
        known = words[level >= 0].str.removesuffix(".0").value_counts()
        own = () if described.scale == DEFAULT_SCALE else described.scale
        yield Words(
            column=cell.column,
            known={str(word): int(count) for word, count in known.items()},
            refused={str(word): int(count) for word, count in words[is_refused].value_counts().items()},
            levels=len(set(level[level >= 0].tolist())),
            unsaid=tuple(
                word for word in own if word != ANY_OTHER and word.removesuffix(".0") not in known.index
            ),
        )
