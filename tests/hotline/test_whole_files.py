"""Files are whole or not there, and only what dead writers left is swept up."""

import subprocess
import sys
from pathlib import Path

import pytest

from hotline.whole_files import alone, beside, folder_beside, tidy, write_whole

_HANGING = """
import sys, time
from pathlib import Path
from hotline.whole_files import beside, folder_beside
with beside(Path(sys.argv[1]) / "models" / "x.json") as (file, _), folder_beside(Path(sys.argv[1]) / "y") as folder:
    file.write(b"half"); file.flush(); (folder / "z").write_text("half")
    print("begun", flush=True)
    time.sleep(600)
"""


def test_an_error_in_between_leaves_the_old_content_and_nothing_beside_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "x", "old")
    with pytest.raises(RuntimeError), beside(tmp_path / "x") as (file, _):
        file.write(b"new")
        raise RuntimeError
    assert (tmp_path / "x").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_what_a_killed_writer_left_is_swept_up_and_a_living_ones_is_not(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", _HANGING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout and writer.stdout.readline() == "begun\n"
        tidy(tmp_path)
        assert len(list(tmp_path.rglob(".*.new"))) == 2, "its writer lives"
    finally:
        writer.kill()
        writer.wait()
    tidy(tmp_path)
    assert not list(tmp_path.rglob(".*.new"))


def test_a_lock_ends_with_its_holder(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from hotline.whole_files import alone\n"
        "with alone(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    lock = tmp_path / "lock"
    holder = subprocess.Popen([sys.executable, "-c", code, str(lock)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout and holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait()
    with alone(lock):
        pass


def test_a_folder_made_ready_is_gone_at_the_end(tmp_path: Path) -> None:
    with folder_beside(tmp_path / "y") as folder:
        (folder / "z").write_text("z")
    assert not list(tmp_path.iterdir())
