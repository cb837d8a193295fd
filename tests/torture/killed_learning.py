"""Learning killed at a random moment: a whole training, its registering, a promotion."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from hotline.whole_files import tidy
from models.champion_file import ChampionFile
from models.registry import Registry
from tests.torture.torture import Torture


def training(torture: Torture) -> bool:
    """A whole training, its fits included: the champion serves on, and the next training works."""
    champion, before = ChampionFile(torture.home).path, _versions(torture.home)
    served = champion.read_bytes()
    is_met = torture.mother.killed("train", torture.home, torture.moment("train"))
    if is_met:
        torture.steps[torture.mother.steps[-1] if torture.mother.steps else "(beginning)"] += 1
    assert len(_versions(torture.home) - before) <= 1
    torture.took("train", torture.mother.through("train", torture.home))
    _check_runs(torture.home)
    assert champion.read_bytes() == served, "a training changed the champion"
    newest = torture.mother.told("look", torture.home)["challenger"]
    assert newest in _versions(torture.home) - before, "the next training's model cannot be read"
    return is_met


def registering(torture: Torture) -> bool:
    """The end of a training: the registry stays usable, and no run is left as if it still ran."""
    is_met = torture.mother.killed("register", torture.home, torture.moment("register"))
    torture.took("register", torture.mother.through("register", torture.home))
    seen = torture.mother.told("look", torture.home)
    assert seen["is_sound"] and seen["alias"] == seen["serves"]
    _check_runs(torture.home)
    return is_met


def registering_first(torture: Torture) -> bool:
    """The very first training of a home: mlflow's tables are whole or not there."""
    home = torture.folder / f"fresh-{torture.number}"
    (home / "models").mkdir(parents=True)
    shutil.copy(torture.home / "models" / "champion.json", home / "models")
    is_met = torture.mother.killed("register", home, torture.moment("first"))
    torture.took("first", torture.mother.through("register", home))
    tidy(home)
    assert not list(home.rglob("*.new*"))
    return is_met


def promoting(torture: Torture) -> bool:
    """A promotion: the file is whole, and after the next start mlflow names the version that it has."""
    registry = Registry(torture.home)
    serving_now = registry.champion().version
    others = sorted(_versions(torture.home) - {serving_now}) or [serving_now]
    version = torture.choose.choice(others)
    is_met = torture.mother.killed("promote", torture.home, torture.moment("promote"), version=version)
    assert registry.champion().version in (serving_now, version)
    seen = torture.mother.told("look", torture.home)
    assert seen["alias"] == seen["serves"] == registry.champion().version
    torture.took("promote", torture.mother.through("promote", torture.home, version=version))
    seen = torture.mother.told("look", torture.home)
    assert seen["alias"] == seen["serves"] == version
    return is_met


def _check_runs(home: Path) -> None:
    """mlflow's database is sound, and no run is left as if it still ran."""
    with closing(sqlite3.connect(home / "mlflow.db")) as database:
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        running = database.execute("SELECT count(*) FROM runs WHERE status = 'RUNNING'").fetchone()
    assert running == (0,)


def _versions(home: Path) -> set[str]:
    with closing(sqlite3.connect(home / "mlflow.db")) as database:
        return {str(row[0]) for row in database.execute("SELECT version FROM model_versions")}
