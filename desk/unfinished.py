"""What has begun and not ended: nothing is learnt from half an extract, nothing served from half a backup."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from hotline.errors import QinglingError
from hotline.whole_files import write_whole
from store.database import Store

_FOLDER = "ingesting"
_RESTORING = "restoring.json"


@contextmanager
def ingesting(home: Path, store: Store, description: Path) -> Iterator[None]:
    """Until the end of this an ingest counts as cut short; one that wrote nothing leaves no trace."""
    before = store.watermark()
    where = str(description.resolve())
    mark = home / _FOLDER / f"{store.dataset}-{sha256(where.encode()).hexdigest()[:12]}.json"
    write_whole(mark, json.dumps({"dataset": store.dataset, "description": where}, ensure_ascii=False))
    try:
        yield
    except Exception:
        if store.watermark() == before:
            mark.unlink(missing_ok=True)
        raise
    mark.unlink(missing_ok=True)


def forget_ingest(home: Path, description: Path) -> None:
    """Take away the mark of an ingest that was cut short and left nothing behind."""
    for mark in (home / _FOLDER).glob("*.json"):
        if json.loads(mark.read_text("utf-8"))["description"] == str(description.resolve()):
            mark.unlink(missing_ok=True)


def refuse_half_extracts(home: Path, dataset: str) -> None:
    """QinglingError where an ingest of the data set has begun and not ended."""
    for mark in sorted((home / _FOLDER).glob("*.json")):
        begun = json.loads(mark.read_text("utf-8"))
        if begun["dataset"] == dataset:
            raise QinglingError(
                f"an ingest of {begun['description']} is under way or was cut short; wait for it, or ingest it "
                f"again (nothing is doubled); to learn from what is there all the same, remove {mark}"
            )


@contextmanager
def restoring(home: Path, folder: Path) -> Iterator[None]:
    """Until the end of this the home counts as half restored, also where it ends by an error."""
    write_whole(home / _RESTORING, json.dumps({"backup": str(folder.resolve())}, ensure_ascii=False))
    yield
    (home / _RESTORING).unlink()


def refuse_half_restored(home: Path) -> None:
    """QinglingError where a restore has begun and not ended."""
    mark = home / _RESTORING
    if mark.exists():
        folder = json.loads(mark.read_text("utf-8"))["backup"]
        raise QinglingError(f"a restore is under way or was cut short; run `qingling restore {folder}` again")
