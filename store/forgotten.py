"""What was forgotten stays so: an old extract, or an order sent again, does not bring it back."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from hotline.order import AttributeKind, AttributeOf
from store import tables
from store.access.tables import forgotten as _forgotten

#: What leads to the citizen: the words, the caller, and the numbers of petition and case.
PERSONAL_FIELDS = ("text", "caller", "petition_no", "case_no")


def text_attributes(connection: Connection, of: AttributeOf) -> list[str]:
    """The declared attributes that hold free text."""
    table = tables.attributes.c
    question = select(table.name).where(table.of == of.value, table.kind == AttributeKind.TEXT.value)
    return list(connection.scalars(question))


def without_forgotten(connection: Connection, said: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    """What an extract says, left empty where it was forgotten; `ids` are the rows' orders."""
    forgotten = set(connection.scalars(select(_forgotten.c.order_id)))
    if not forgotten:
        return said
    of_either = [name for of in AttributeOf for name in text_attributes(connection, of)]
    names = [name for name in (*PERSONAL_FIELDS, "duty_note", *of_either) if name in said]
    is_kept = ~ids.isin(forgotten)
    return said.assign(**{name: said[name].where(is_kept) for name in names})


def unless_forgotten(
    connection: Connection, order_id: str, fields: Mapping[str, Any], attributes: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """An order's fields and attributes as sent, without what was forgotten of it."""
    question = select(_forgotten.c.order_id).where(_forgotten.c.order_id == order_id)
    if connection.scalar(question) is None:
        return dict(fields), dict(attributes)
    texts = text_attributes(connection, AttributeOf.ORDER)
    return (
        {name: value for name, value in fields.items() if name not in PERSONAL_FIELDS},
        {name: value for name, value in attributes.items() if name not in texts},
    )
