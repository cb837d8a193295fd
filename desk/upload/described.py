"""An upload's own description file, as `qingling ingest` reads it."""

from collections.abc import Mapping
from typing import Any

import tomli_w

from desk.upload.meaning import Kind
from desk.upload.upload import Upload
from hotline.origin import Origin
from hotline.satisfaction import LEVELS_ZH
from store.extracts.description import NO_WORDS, UNKNOWN_WORDS, YES_WORDS

#: The table and its description in their folder.
TABLE, DESCRIPTION = "table", "extract.toml"
#: What a chosen word may mean beside the hotline's own words: nothing at all.
NOTHING = "unknown"
_Table = dict[str, Any]


def description_of(upload: Upload, dataset: str, origins: frozenset[Origin], company: str | None) -> str:
    """The description that says what was chosen on the page, as TOML.

    company : whose the orders are where no column says it; what the data set's orders were declared to be so
    far (`origins`) is said of these too
    """
    words = upload.words
    rated = {word: level for word, level in words.get("rating", {}).items() if level in LEVELS_ZH}
    origin = next(iter(origins)) if len(origins) == 1 else Origin.UNDECLARED
    table = {
        "dataset": dataset,
        "origin": None if origin is Origin.UNDECLARED else origin.value,
        "time_zone": "Asia/Shanghai",
        "taken_at": upload.taken_at,
        "yes": [*YES_WORDS, *_said(words, "yes_no", "yes")],
        "no": [*NO_WORDS, *_said(words, "yes_no", "no")],
        "unknown": [
            *UNKNOWN_WORDS,
            *_said(words, "yes_no", NOTHING),
            *_said(words, "rating", NOTHING),
        ],
        "scale": {level: level for level in LEVELS_ZH} | rated,
        "types": dict(words.get("type", {})),
        "values": {group: dict(words[group]) for group in ("by", "verdict") if words.get(group)},
        "files": _files(upload, company),
    }
    return tomli_w.dumps({name: value for name, value in table.items() if value not in (None, {})})


def _said(words: Mapping[str, Mapping[str, str]], group: str, meaning: str) -> list[str]:
    return [word for word, meant in words.get(group, {}).items() if meant == meaning]


def _files(upload: Upload, company: str | None) -> list[_Table]:
    form, taken = upload.form, upload.column_of
    file: _Table = {"path": TABLE + form.ending, "order_id": taken["order_id"], "header_row": form.header_row}
    for name in ("encoding", "delimiter", "sheet"):
        if told := getattr(form, name):
            file[name] = told
    if upload.kind is Kind.EVENTS:
        file["event"] = _fields(taken, "event.")
        return [file, _ORDERS_ELSEWHERE]
    if upload.kind is Kind.CALLBACKS:
        by = {} if "callback.by" in taken else {"by": {"value": upload.callbacks_by}}
        file["callbacks"] = [by | _fields(taken, "callback.")]
        return [file, _ORDERS_ELSEWHERE]
    file["order"] = _order(upload, company)
    if moments := _moments(taken):
        file["moments"] = moments
    calls = [(by, _fields(taken, f"callback.{by}.")) for by in ("city", "962121")]
    if told_calls := [{"by": {"value": by}} | fields for by, fields in calls if fields]:
        file["callbacks"] = told_calls
    if "at" in (forecast := _fields(taken, "forecast.")):
        file["forecasts"] = [forecast]
    return [file]


#: A log or callbacks alone: their orders are listed elsewhere, and no row of theirs makes one.
_ORDERS_ELSEWHERE: _Table = {
    "path": "orders.csv",
    "optional": True,
    "order_id": "工单编号",
    "order": {"received_at": "受理时间"},
}


def _fields(taken: Mapping[str, str], begin: str) -> dict[str, Any]:
    return {key.removeprefix(begin): column for key, column in taken.items() if key.startswith(begin)}


def _order(upload: Upload, company: str | None) -> _Table:
    fields: _Table = {}
    for name, column in _fields(upload.column_of, "order.").items():
        moment = upload.known_from.get(column)
        is_plain = name == "received_at" or moment is None
        fields[name] = column if is_plain else {"column": column, "known_from": moment}
    if company and "company" not in fields:
        fields["company"] = {"value": company, "known_from": "received"}
    if "moment.closed.at" not in upload.column_of and (
        verdict := upload.column_of.get("moment.closed.verdict")
    ):
        fields["verdict"] = verdict
    return fields


def _moments(taken: Mapping[str, str]) -> list[_Table]:
    """One for each column of times; what goes with a moment that has none is left out."""
    types = [key.split(".")[1] for key in taken if key.startswith("moment.") and key.endswith(".at")]
    return [{"type": event_type} | _fields(taken, f"moment.{event_type}.") for event_type in types]
