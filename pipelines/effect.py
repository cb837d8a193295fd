"""What calling does, as the ledger of draws tells it: in words, as JSON, or the ledger itself as a table."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

from desk.answers import finite
from desk.effect.learnt import ledger_of
from desk.effect.ledger import Ledger
from desk.effect.report import effect_report
from desk.effect.sheet import ledger_sheet
from desk.effect.words import effect_json, sentences
from desk.opening import open_store_in_use
from desk.playbook_in_force import PlaybookInForce
from desk.settings import Settings
from hotline.calendar import from_micros
from hotline.draw_rules import DrawRules
from hotline.whole_files import write_whole
from pipelines.indicators import moment_of
from pipelines.printing import console


def run(settings: Settings, at: str | None, ledger_file: Path | None, as_json: bool) -> None:
    """Print the report, and write the ledger if a file for it is named."""
    as_of = from_micros(moment_of("--at", at)) if at else datetime.now(UTC)
    ledger, rules = _ledger(settings, as_of)
    if ledger_file is not None:
        written = StringIO()
        ledger_sheet(ledger).to_csv(written, index=False)
        write_whole(ledger_file, written.getvalue().encode("utf-8-sig"))
    report = effect_report(ledger, rules, as_of)
    if as_json:
        print(json.dumps(finite(effect_json(report)), ensure_ascii=False))
        return
    for sentence in sentences(report):
        console().print(sentence, highlight=False)
    if ledger_file is not None:
        print(f"wrote {ledger_file}")


def _ledger(settings: Settings, as_of: datetime) -> tuple[Ledger, DrawRules]:
    """The ledger, and the rules of drawing in force."""
    store = open_store_in_use(settings)
    try:
        return ledger_of(store, as_of), PlaybookInForce.of(settings).playbook(store.engine).draw
    finally:
        store.close()
