"""An ingest that is killed leaves the store as it was, and can be run again."""

import subprocess
import sys

import pandas as pd

from tests.ingest.conftest import LONG, LONG_HEADER, Folder

#: Ingests until everything is written but nothing committed, says so, and waits there.
HANGING = """
import sys, time
from pathlib import Path
from desk.settings import Settings
from pipelines.ingest import ingest

def progress(step):
    if step == "committing":
        print("written", flush=True)
        time.sleep(600)

home, url = Path(sys.argv[2]), sys.argv[3] or None
ingest(Path(sys.argv[1]), Settings(home=home, database_url=url, dataset=None), progress)
"""


def test_a_killed_ingest_leaves_the_store_as_it_was(either_folder: Folder) -> None:
    either_folder.write("events.csv", LONG_HEADER + "A1,接单,2026-11-02 10:00,\n")
    either_folder.ingest(LONG)
    before = either_folder.frames()
    rows = "".join(f"A{n % 500},催办,2026-11-03 10:{n % 60:02}:{n % 59:02},x{n}\n" for n in range(2000))
    either_folder.write("events.csv", LONG_HEADER + rows)
    settings = either_folder.settings
    ingesting = subprocess.Popen(
        [sys.executable, "-c", HANGING, either_folder.path / "export.toml", settings.home,
         settings.database_url or ""],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert ingesting.stdout is not None
        assert ingesting.stdout.readline() == "written\n"
    finally:
        ingesting.kill()
        ingesting.wait()
    after = either_folder.frames()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, after[name])
    assert either_folder.ingest(LONG).new == {"orders": 499, "events": 2000}
