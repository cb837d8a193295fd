"""The process that loads one upload: `python -m desk.upload.child`, told by its standard input."""

import json
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from desk.ingest import IngestSummary, ingest
from desk.settings import Settings
from desk.upload.described import DESCRIPTION
from desk.upload.loading import Task
from desk.upload.meaning import Kind
from desk.upload.own_orders import admit_own
from desk.upload.refusal_words import by_reason, rows_refused, sheet_of
from desk.upload.shelf import Shelf
from desk.upload.upload import Loaded, Upload
from hotline.errors import QinglingError
from hotline.policy import Action
from store.access.audit_log import AuditEntry, append
from store.database import open_store
from store.extracts.rejects import Rejects

_BUSY = "数据库正忙或者暂时不能用。表格还在，请过几分钟再导入。"
_REFUSED = "这张表不能按现在的对应关系导入。请核对各列的意思，再导入。"


def load(task: Task) -> Upload:
    """Load the upload; what became of it is kept beside it, and its table is removed once it is in the store."""
    shelf, rejects = Shelf(task.home), Rejects()
    upload = shelf.of(task.upload_id, task.by)
    settings = Settings(
        home=task.home, database_url=task.database_url, dataset=None, clock_ahead=task.clock_ahead
    )
    description = shelf.folder(upload.id) / DESCRIPTION

    def progress(said: str) -> None:
        shelf.tell(upload, said)

    try:
        summary = ingest(description, settings, progress, admit_own(task.scope), rejects)
    except QinglingError:
        return shelf.save(replace(upload, began_at=None, failed=_REFUSED))
    except (SQLAlchemyError, OSError):
        return shelf.save(replace(upload, began_at=None, failed=_BUSY))
    told = replace(upload, columns=(), takes={}, known_from={}, words={}, checked=None)
    done = replace(told, loaded=_loaded(summary, rejects, upload.kind))
    shelf.save(done, sheet_of(rejects.refusals, upload.name, upload.kind))
    shelf.keep_result_only(done)
    _note(task, settings, summary.dataset)
    return done


def _loaded(summary: IngestSummary, rejects: Rejects, kind: Kind) -> Loaded:
    return Loaded(
        new=summary.new,
        unchanged=summary.unchanged,
        corrected=summary.corrected,
        refused=by_reason(rejects.refusals, kind),
        refused_rows=rows_refused(rejects.refusals, kind),
        rows=sum(summary.read.values()),
        seconds=summary.seconds,
        stops_training=summary.stops_training,
    )


def _note(task: Task, settings: Settings, dataset: str) -> None:
    """Have the audit log say that it is loaded; of what was in it, nothing."""
    store = open_store(settings.home, dataset, settings.database_url)
    at = time.time_ns() // 1_000
    entry = AuditEntry(at, task.by, task.role, Action.LOAD_EXTRACT.value, None, "loaded", task.upload_id)
    append(store.engine, [entry])
    store.close()


def main() -> None:
    """Load what standard input tells; of what goes wrong unforeseen only its kind is said, never its words."""
    began = time.monotonic()
    told: dict[str, object] = {"event": "upload"}
    try:
        done = load(Task.from_json(sys.stdin.buffer.read()))
        told["outcome"] = "loaded" if done.loaded else "failed"
    except Exception as error:
        told |= {"outcome": "cut short", "kind": type(error).__name__, "where": _where(error)}
    print(json.dumps(told | {"seconds": round(time.monotonic() - began, 1)}), file=sys.stderr)


def _where(error: Exception) -> list[str]:
    return [f"{Path(f.filename).name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-4:]]


if __name__ == "__main__":
    main()
