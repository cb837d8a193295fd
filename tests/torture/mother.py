"""A process that has everything imported and forks a child for each job, so that killing one costs a second.

It reads jobs as JSON lines and tells on stdout the child's pid, what the child says, and how it ended.
"""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from desk.settings import Settings


def say(**what: Any) -> None:
    """One line to whoever holds our stdout."""
    os.write(1, (json.dumps(what) + "\n").encode())


def serve(settings: Settings, **_: Any) -> None:
    """Serve on a free port until killed."""
    from serve.run import run

    run(settings, 0)


def ingest(settings: Settings, description: str, piece: int, **_: Any) -> None:
    """Load an extract in small pieces, so that there are moments between them."""
    from pipelines import ingest as recipe
    from store.loading import load

    load.ORDERS_A_PIECE, load._TURN_OF_OTHERS = piece, 0.01
    recipe.ingest(Path(description), settings)


def train(settings: Settings, **_: Any) -> None:
    """A whole training: read, judge, fit, register as challenger, write the card."""
    from pipelines import train as recipe

    recipe.train(settings, recipe.Recipe(), lambda step: say(step=step))


def register(settings: Settings, **_: Any) -> None:
    """What a training does with its model: a run, its artefacts, a version, the alias."""
    from models.registry import Registry

    registry = Registry(settings.home)
    champion = registry.champion()
    registry.register(champion.model, champion.report, {"seed": 0}, {"choice.json": b"{}"})


def promote(settings: Settings, version: str, **_: Any) -> None:
    """Put a version in service."""
    from models.registry import Registry

    registry = Registry(settings.home)
    registry.promote(registry.get(version))


def upgrade(settings: Settings, **_: Any) -> None:
    """Bring the tables to today's revision."""
    from pipelines import upgrade as recipe

    recipe.upgrade(settings, lambda _: None)


def backup(settings: Settings, folder: str, **_: Any) -> None:
    """Copy everything."""
    from pipelines import backup as recipe

    recipe.backup(settings, Path(folder))


def restore(settings: Settings, folder: str, **_: Any) -> None:
    """Put a copy in place."""
    from pipelines import restore as recipe

    recipe.restore(settings, Path(folder))


def look(settings: Settings, **_: Any) -> None:
    """What the next start does with the registry, and what is then to be seen of it."""
    from models.registry import Registry

    registry = Registry(settings.home)
    registry.settle()
    champion, challenger = registry.champion(), registry.get("challenger")
    say(
        serves=champion.version,
        alias=registry.get("champion").version,
        challenger=challenger.version,
        is_sound=challenger.model.to_json() == champion.model.to_json(),
    )


JOBS = {
    job.__name__: job for job in (serve, ingest, train, register, promote, upgrade, backup, restore, look)
}


def main() -> None:
    """Fork a child a job, until stdin ends."""
    import mlflow
    import mlflow.pyfunc  # noqa: F401
    from mlflow.store.tracking import sqlalchemy_store  # noqa: F401

    import serve.app  # noqa: F401

    say(ready=True)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(asked)
        _, status = os.waitpid(child, 0)
        say(ended=os.waitstatus_to_exitcode(status))


def _run(asked: dict[str, Any]) -> None:
    try:
        settings = Settings(home=Path(asked["home"]), database_url=asked.get("url"), dataset=None)
        say(pid=os.getpid())
        JOBS[asked["job"]](settings, **asked)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


if __name__ == "__main__":
    main()
