"""Arrays in one file of Arrow's format, mapped into memory: processes that read it share its pages."""

import json
import os
from pathlib import Path

import pyarrow as pa

from features.kept_history import Laid

_LAYOUT = b"layout"


def write_laid(laid: Laid, path: Path) -> None:
    """Write a file that only its owner may read: one row, an array a column, since their lengths differ."""
    columns = [
        pa.LargeListArray.from_arrays(pa.array([0, len(array)], pa.int64()), array) for array in laid.arrays
    ]
    batch = pa.RecordBatch.from_arrays(columns, [str(number) for number in range(len(columns))])
    schema = batch.schema.with_metadata({_LAYOUT: json.dumps(laid.layout, ensure_ascii=False)})
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, pa.ipc.new_file(file, schema) as written:
        written.write_batch(batch.replace_schema_metadata(schema.metadata))


def read_laid(path: Path) -> Laid:
    """The arrays where they lie; ArrowInvalid or ValueError where the file is not of this format."""
    with pa.memory_map(str(path)) as mapped:
        read = pa.ipc.open_file(mapped)
        batch = read.get_batch(0)
    return Laid([column.values for column in batch.columns], json.loads(read.schema.metadata[_LAYOUT]))
