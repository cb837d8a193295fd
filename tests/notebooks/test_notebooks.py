"""The notebooks are valid, run from top to bottom on the demo's state, and say what they promise."""

import os
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

from desk.settings import Settings
from pipelines import demo
from tests.pipelines.worlds import the_same_pseudonyms

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SAYS = {
    "1_explore_an_extract.py": "days from receipt to rating",
    "2_why_this_order.py": "never urged",
    "3_retrain_and_compare.py": "would be ",
    "4_add_a_feature.py": "with it",
}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home as `make demo` leaves it, of a smaller district."""
    settings = Settings(home=tmp_path_factory.mktemp("demo") / "home", dataset=None)
    with the_same_pseudonyms():
        demo.run(settings, orders=2000, seed=2)
    return settings.home


def test_every_notebook_is_told_of_here() -> None:
    assert {path.name for path in (ROOT / "notebooks").glob("*.py")} == set(SAYS)


@pytest.mark.parametrize("name", SAYS)
def test_a_notebook_runs_from_top_to_bottom(name: str, home: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "notebooks" / name)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"QINGLING_HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert SAYS[name] in done.stdout


@pytest.mark.parametrize("name", SAYS)
def test_jupytext_reads_it_as_a_notebook(name: str) -> None:
    cells = jupytext.read(ROOT / "notebooks" / name)["cells"]
    assert cells[0]["cell_type"] == "markdown" and cells[0]["source"].startswith("# ")
    assert sum(cell["cell_type"] == "code" for cell in cells) >= 4
