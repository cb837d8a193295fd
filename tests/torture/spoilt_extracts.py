"""Extracts with spoilt cells and spoilt bytes: each row is loaded or refused with its reason, none vanishes."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from desk.settings import Settings
from hotline.errors import QinglingError
from pipelines.ingest import IngestSummary, ingest
from store.database import open_store
from tests.torture.extracts import DESCRIPTION as LONG

TAKEN = 'taken_at = "2026-11-20 10:00"\n'
#: A wide file, one row an order, with a cell of every kind.
WIDE = (
    TAKEN
    + """
[[files]]
path = "orders.csv"
order_id = "no"
[files.order]
received_at = "received"
due_at = "due"
category = { column = "category", known_from = "received" }
text = "text"
caller = "phone"
company = "company"
[[files.moments]]
type = "contacted"
at = "contacted"
[[files.moments]]
type = "closed"
at = "closed"
verdict = "verdict"
[[files.callbacks]]
rating = "rating"
by = { value = "city" }
at = "called"
"""
)
_HEADER = ("no", "received", "due", "category", "text", "phone", "company")
_HEADER += ("contacted", "closed", "verdict", "called", "rating")
#: A moment of a wide row is refused by itself; its order may be loaded all the same.
_MOMENTS = ("contacted", "closed", "called")
_SPOILT = (
    *(
        "",
        " ",
        "　",
        "null",
        "NaN",
        "-",
        "0",
        "-1",
        "1e308",
        "∞",
        "2026-13-45 99:99",
        "1026-11-02",
        "9999-12-31",
    ),
    *("2026-11-02", "2026/11/2 9:00", "45000.5", "二〇二六年", "13800001111", "x" * 3_000, "长" * 2_000),
    *(
        '"',
        '""',
        "a,b",
        "a\nb",
        "a\r\nb",
        "=1+1",
        "\ufeff",
        "\u202e反",
        "\u0001",
        "~",
        "a~1",
        "满意",
        "不满意",
        "已闭",
    ),
    *(
        "true",
        "[]",
        "{}",
        "'; DROP TABLE orders; --",
        "2026-11-02T09:00:00+08:00",
        "2026-11-02 09:00:00.123456789",
    ),
)


@dataclass
class Tally:
    """How many rows were spoilt, loaded and refused."""

    rows: int = 0
    loaded: int = 0
    refused: int = 0
    files: int = 0
    files_refused: int = 0
    reasons: set[str] = field(default_factory=set)


def spoil_cells(folder: Path, choose: Random, rows: int, tally: Tally) -> None:
    """A wide and a long file whose cells are spoilt: the rows loaded and those refused are all there are."""
    for name, description, make, told_apart in (
        ("orders.csv", WIDE, _wide, _orders_of),
        ("events.csv", TAKEN + LONG.split("\n", 2)[2], _long, _actors_of),
    ):
        at = folder / name.removesuffix(".csv")
        at.mkdir(parents=True)
        header, lines = make(rows, choose)
        for line in lines:
            _spoil(line, header, choose, keep=len(header) - 1 if name == "events.csv" else 0)
        _write(at / name, header, lines)
        (at / "export.toml").write_text(description, "utf-8")
        settings = Settings(home=at / "home", database_url=None, dataset=None)
        summary = ingest(at / "export.toml", settings)
        _account(settings, summary, name, header, lines, told_apart, tally)


def spoil_bytes(folder: Path, choose: Random, tally: Tally) -> None:
    """A file with bytes changed anywhere: loaded, or refused by an error that says what to mend."""
    folder.mkdir(parents=True)
    header, lines = _wide(30, choose)
    _write(folder / "orders.csv", header, lines)
    content = bytearray((folder / "orders.csv").read_bytes())
    for _ in range(choose.randrange(1, 6)):
        place = choose.randrange(len(content))
        content[place : place + choose.randrange(3)] = bytes(
            choose.randrange(256) for _ in range(choose.randrange(3))
        )
    (folder / "orders.csv").write_bytes(bytes(content))
    (folder / "export.toml").write_text(WIDE, "utf-8")
    tally.files += 1
    try:
        ingest(folder / "export.toml", Settings(home=folder / "home", database_url=None, dataset=None))
    except QinglingError as error:
        tally.files_refused += 1
        assert str(error) and "\n" not in str(error)


def _wide(rows: int, choose: Random) -> tuple[tuple[str, ...], list[list[str]]]:
    lines = []
    for n in range(rows):
        day = 1 + n % 9
        line = [
            f"W{n:05}",
            f"2026-11-{day:02} 09:00",
            f"2026-11-{day + 5:02} 17:00",
            choose.choice(["电梯", "绿化"]),
        ]
        line += [
            "电梯坏了",
            f"1380000{n:04}",
            "绿家物业",
            f"2026-11-{day:02} 10:00",
            f"2026-11-{day + 1:02} 10:00",
        ]
        lines.append(
            [*line, "实际解决", f"2026-11-{day + 3:02} 10:00", choose.choice(["满意", "不满意", "一般"])]
        )
    return _HEADER, lines


def _long(rows: int, choose: Random) -> tuple[tuple[str, ...], list[list[str]]]:
    words = ["接单", "催办", "先行联系", "办结"]
    lines = [
        [f"L{n // 4:05}", choose.choice(words), f"2026-11-{1 + n % 4:02} 10:{n % 60:02}", f"p{n}"]
        for n in range(rows)
    ]
    return ("no", "what", "when", "who"), lines


def _spoil(line: list[str], header: tuple[str, ...], choose: Random, keep: int) -> None:
    """Spoil a cell or a few; the one that tells the row apart stays."""
    for _ in range(choose.choice((1, 1, 1, 2, 4))):
        place = choose.randrange(len(header))
        if place == keep:
            continue
        cell, how = line[place], choose.randrange(4)
        if how == 0:
            line[place] = choose.choice(_SPOILT)
        elif how == 1:
            line[place] = line[choose.randrange(len(line))]
        elif how == 2 and cell:
            cut = choose.randrange(len(cell))
            line[place] = cell[:cut] + chr(choose.randrange(32, 0x9FFF)) + cell[cut + 1 :]
        else:
            line[place] = cell + choose.choice(_SPOILT)


def _write(path: Path, header: tuple[str, ...], lines: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *lines])
    path.write_bytes(text.getvalue().encode())


def _account(
    settings: Settings,
    summary: IngestSummary,
    name: str,
    header: tuple[str, ...],
    lines: list[list[str]],
    told_apart: Callable[[Settings], set[str]],
    tally: Tally,
) -> None:
    """Every row is in the store or among the refused, and every refusal says which, where and why."""
    refused_rows: set[int] = set()
    refused_moments: set[int] = set()
    if summary.rejects_file:
        with Path(summary.rejects_file).open(encoding="utf-8-sig", newline="") as file:
            for refusal in csv.DictReader(file):
                assert refusal["file"] == name and refusal["reason"] and int(refusal["row"]) >= 2
                assert not refusal["field"] or refusal["field"] in header or "_" in refusal["field"]
                tally.reasons.add(refusal["reason"])
                if "row not loaded" in refusal["reason"]:
                    whole = refusal["field"] not in _MOMENTS or refusal["reason"].startswith("closed before")
                    (refused_rows if whole else refused_moments).add(int(refusal["row"]))
    assert summary.read[name] == len(lines)
    loaded = told_apart(settings)
    keep = len(header) - 1 if name == "events.csv" else 0
    for number, line in enumerate(lines):
        is_refused = number + 2 in refused_rows
        is_told = is_refused or number + 2 in refused_moments
        assert is_told or line[keep] in loaded, f"row {number + 2} vanished: {line}"
        assert not (is_refused and line[keep] in loaded), f"row {number + 2} was refused and loaded: {line}"
        tally.refused += is_refused
        tally.loaded += not is_refused
    tally.rows += len(lines)
    assert sum(summary.rejected.values()) >= len(refused_rows)


def _orders_of(settings: Settings) -> set[str]:
    store = open_store(settings.home)
    found = set(store.order_ids())
    store.close()
    return found


def _actors_of(settings: Settings) -> set[str]:
    store = open_store(settings.home)
    found = set(store.frames()["events"]["actor"].dropna())
    store.close()
    return found
