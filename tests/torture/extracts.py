"""Extracts made for torture: long files whose events are all told apart by who did them."""

from pathlib import Path

DESCRIPTION = """
taken_at = "2026-11-20 10:00"
[[files]]
path = "events.csv"
order_id = "no"
[files.event]
type = "what"
at = "when"
actor = "who"
"""


def an_extract(folder: Path, number: int, orders: int) -> tuple[Path, dict[str, list[str]]]:
    """An extract of so many orders; its description, and who acted in each order."""
    folder.mkdir(parents=True)
    lines, rows = ["no,what,when,who"], {}
    for n in range(orders):
        order_id = f"X{number}-{n:04}"
        rows[order_id] = sorted(f"p{n}-{turn}" for turn in range(1 + n % 4))
        lines += [
            f"{order_id},{'接单' if turn == 0 else '催办'},2026-11-{1 + turn:02} 10:{n % 60:02},p{n}-{turn}"
            for turn in range(1 + n % 4)
        ]
    (folder / "events.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "export.toml").write_text(DESCRIPTION, "utf-8")
    return folder / "export.toml", rows
