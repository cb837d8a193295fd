"""A start from a kept history: the same scores as from the store, and nothing that does not fit is used."""

import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from desk import kept_histories, lookout
from desk.kept_histories import FOLDER, KeptHistories
from desk.scorer import Scorer
from desk.settings import Settings
from hotline.calendar import SHANGHAI, to_micros
from hotline.order import Order, OrderEvent
from hotline.whole_files import tidy
from models.registry import Registered, Registry
from pipelines.backup import backup
from pipelines.forget import forget_before
from pipelines.restore import restore
from store.database import Store, open_store
from store.log_columns import Columns
from tests.serve.bodies import ago, an_event, an_order
from tests.serve.conftest import serving, wait_until_ready

AT = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
LATER = datetime(2026, 11, 20, 9, tzinfo=SHANGHAI)
_SECRET = "标记诉求"


def _order(number: int, **fields: Any) -> Order:
    told: dict[str, Any] = {"community": f"小区{number % 3}", "company": "清和物业", "category": "电梯"}
    event = OrderEvent("accepted", AT, AT, f"e{number}")
    return Order(f"A{number}", AT, text=f"{_SECRET}{number}", events=(event,), **told | fields)


def _write(store: Store, *orders: Order) -> None:
    for order in orders:
        store.add_order(order, to_micros(AT))


def _urge(store: Store, order_id: str, number: int) -> None:
    store.add_events(order_id, [OrderEvent("urged", AT, AT, f"u{number}")], to_micros(AT) + number)


class _Watched(Store):
    """A store that counts how often everything was read."""

    read_whole = 0

    def log_columns(self) -> dict[str, Columns]:
        """Counted."""
        self.read_whole += 1
        return super().log_columns()


@pytest.fixture
def champion(made_home: Path) -> Registered:
    """The champion of the small district."""
    return Registry(made_home).champion()


@pytest.fixture
def store(either_settings: Settings) -> Iterator[_Watched]:
    """A few orders in each database in turn."""
    either_settings.home.mkdir(exist_ok=True)
    opened = open_store(either_settings.home, "hotline", either_settings.database_url)
    watched = _Watched(opened.engine, opened.dataset)
    _write(watched, *map(_order, range(6)))
    yield watched
    watched.close()


def _started(home: Path, store: Store, champion: Registered) -> Scorer:
    return Scorer(store, champion, kept=KeptHistories(home, store, champion.model))


def _said(scorer: Scorer) -> str:
    """Everything that is said of all open orders, to the last digit."""
    told = scorer.score_open(LATER).predictions
    alone = [scorer.score(prediction.order_id, LATER).predictions[0] for prediction in told]
    return repr([*told, *alone])


def _files(home: Path) -> list[Path]:
    return sorted(path for path in (home / FOLDER).glob("hotline-*/*"))


def _arrays(home: Path) -> Path:
    (found,) = (home / FOLDER).glob("hotline-*/history.arrow")
    return found


def test_a_second_start_reads_no_store_and_says_the_same(
    home: Path, store: _Watched, champion: Registered
) -> None:
    first = _said(_started(home, store, champion))
    assert store.read_whole == 1
    second = _started(home, store, champion)
    assert (_said(second), store.read_whole) == (first, 1)
    assert _said(Scorer(store, champion)) == first, "as without anything kept"
    assert [path.stat().st_mode & 0o777 for path in _files(home)] == [0o600, 0o600]
    folders = (home / FOLDER, _arrays(home).parent)
    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700, 0o700]


def test_what_was_written_since_is_in_the_first_score(
    home: Path, store: _Watched, champion: Registered
) -> None:
    before = _said(_started(home, store, champion))
    _urge(store, "A1", 1)
    _write(store, _order(7), replace(_order(2), category="停车"))
    scorer = _started(home, store, champion)
    assert store.read_whole == 1
    assert before != _said(scorer) == _said(Scorer(store, champion))


def test_after_very_many_writes_one_sorts(
    home: Path, store: _Watched, champion: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    _started(home, store, champion)
    monkeypatch.setattr(lookout, "MOST_CHANGED", 1)
    _write(store, _order(7), _order(8))
    kept = _arrays(home)
    assert _said(_started(home, store, champion)) == _said(Scorer(store, champion))
    assert store.read_whole == 3 and _arrays(home) != kept and not kept.exists()


def _flip(path: Path) -> None:
    spoilt = bytearray(path.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    path.write_bytes(spoilt)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _told(path: Path, **changes: Any) -> None:
    manifest = path.with_name("manifest.json")
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changes))


@pytest.mark.parametrize(
    "spoil",
    [
        _flip,
        _cut,
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
        lambda path: path.with_name("manifest.json").write_text("{"),
        lambda path: path.with_name("manifest.json").write_text("{}"),
        lambda path: _told(path, made_of="an older version"),
        lambda path: _told(path, token="of another database"),
        lambda path: _told(path, watermark=3),
        lambda path: _told(path, more=1),
    ],
    ids=[
        "flipped",
        "cut",
        "empty",
        "gone",
        "torn",
        "older-manifest",
        "older-code",
        "foreign",
        "other-watermark",
        "newer",
    ],
)
def test_what_does_not_fit_is_passed_over_and_told(
    home: Path,
    store: _Watched,
    champion: Registered,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[Path], object],
) -> None:
    right = _said(_started(home, store, champion))
    spoil(_arrays(home))
    with caplog.at_level(logging.WARNING):
        assert _said(_started(home, store, champion)) == right
    assert store.read_whole == 2 and "passed over" in caplog.text
    assert _said(_started(home, store, champion)) == right and store.read_whole == 2, "it was replaced"


def test_other_features_other_code_and_another_calendar_want_another_history(
    champion: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = champion.model
    fits = {kept_histories.made_of(model)}
    monkeypatch.setattr(kept_histories, "version", lambda name: "0")
    fits.add(kept_histories.made_of(model))
    monkeypatch.setattr(kept_histories, "_code", lambda: "other")
    fits.add(kept_histories.made_of(model))
    monkeypatch.setattr(kept_histories, "NEWEST_REVISION", "9999")
    fits.add(kept_histories.made_of(model))
    assert len(fits) == 4


def test_two_writers_do_no_harm_and_whoever_reads_goes_on(
    home: Path, store: _Watched, champion: Registered
) -> None:
    one = _started(home, store, champion)
    right = _said(one)
    kept = KeptHistories(home, store, champion.model)
    history, watermark = one.lookout.taken_in.base, store.watermark()
    tokens = [kept.announce() for _ in range(2)]
    for token in tokens:
        assert token and kept.keep(history, token, watermark)
    assert _arrays(home).parent.name == f"hotline-{tokens[1]}"
    assert _said(one) == right, "its file is gone, its pages are not"
    assert _said(_started(home, store, champion)) == right and store.read_whole == 1


def test_workers_that_start_together_sort_once(home: Path, store: _Watched, champion: Registered) -> None:
    with ThreadPoolExecutor(3) as pool:
        said = set(pool.map(lambda _: _said(_started(home, store, champion)), range(3)))
    assert len(said) == 1 and store.read_whole == 1


def test_where_nothing_can_be_written_one_serves_without(
    home: Path, store: _Watched, champion: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(kept_histories, "write_laid", full)
    assert _said(_started(home, store, champion)) == _said(Scorer(store, champion))
    assert not _files(home) and not list((home / FOLDER).glob(".*"))


_KILLED = """
import os, sys
from pathlib import Path
from desk import kept_histories
from desk.opening import open_scorer
from desk.settings import Settings
write = kept_histories.write_laid
def killed(laid, path):
    write(laid, path)
    os.kill(os.getpid(), 9)
kept_histories.write_laid = killed
open_scorer(Settings(home=Path(sys.argv[1]), database_url=None, dataset=None))
"""


@pytest.mark.slow
def test_a_kill_in_the_midst_leaves_nothing_half(own_home: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(own_home)], check=False, timeout=120)
    assert killed.returncode == -9
    assert list((own_home / FOLDER).glob(".hotline-*.new")) and not _files(own_home)
    tidy(own_home)
    assert not list((own_home / FOLDER).glob(".hotline-*"))


def _forget(settings: Settings) -> None:
    assert forget_before(settings, "2026-11-10", lambda count, what: True, LATER)


def _holds_secret(home: Path) -> bool:
    return any(_SECRET.encode() in path.read_bytes() for path in (home / FOLDER).rglob("*") if path.is_file())


def test_what_is_forgotten_is_in_no_kept_history_and_a_running_service_takes_another(
    either_settings: Settings, store: _Watched, champion: Registered
) -> None:
    home = either_settings.home
    running = _started(home, store, champion)
    assert _holds_secret(home)
    _forget(either_settings)
    assert not _files(home)
    running.lookout.look()
    running.lookout.wait()
    assert running.lookout.taken_in.base.chronicle.log.orders["text"].to_numpy().tolist() == [None] * 6
    assert _files(home) and not _holds_secret(home)


def test_what_is_forgotten_while_somebody_sorts_is_not_kept(
    either_settings: Settings, store: _Watched, champion: Registered
) -> None:
    home = either_settings.home
    kept = KeptHistories(home, store, champion.model)
    history, token, watermark = (
        Scorer(store, champion).lookout.taken_in.base,
        kept.announce(),
        store.watermark(),
    )
    _forget(either_settings)
    assert token and kept.keep(history, token, watermark) is None
    assert not _holds_secret(home)


def test_a_file_that_outlived_a_forgetting_is_not_used(
    either_settings: Settings, store: _Watched, champion: Registered, tmp_path: Path
) -> None:
    _started(either_settings.home, store, champion)
    kept = _arrays(either_settings.home).parent
    kept.rename(tmp_path / "elsewhere")
    _forget(either_settings)
    (tmp_path / "elsewhere").rename(kept)
    assert KeptHistories(either_settings.home, store, champion.model).newest() is None
    assert not kept.exists(), "and it goes when somebody meets it"


def test_a_history_of_writes_that_a_restore_undid_is_not_used(
    either_settings: Settings, store: _Watched, champion: Registered, tmp_path: Path
) -> None:
    home = either_settings.home
    backup(either_settings, tmp_path / "copy")
    _write(store, _order(7, company="先前"))
    _started(home, store, champion)
    mark, kept = store.watermark(), _arrays(home).parent
    kept.rename(tmp_path / "elsewhere")
    restore(either_settings, tmp_path / "copy")
    (tmp_path / "elsewhere").rename(kept)
    _write(store, _order(7, company="后来"))
    assert store.watermark() == mark, "the numbers are the same by chance"
    assert _said(_started(home, store, champion)) == _said(Scorer(store, champion))
    assert store.read_whole == 3


def test_a_restore_leaves_no_kept_history(
    either_settings: Settings, store: _Watched, champion: Registered, tmp_path: Path
) -> None:
    backup(either_settings, tmp_path / "copy")
    _started(either_settings.home, store, champion)
    assert not list((tmp_path / "copy").rglob("*.arrow"))
    restore(either_settings, tmp_path / "copy")
    assert not _files(either_settings.home)


@pytest.mark.slow
def test_a_service_started_again_says_what_it_said(own_home: Path) -> None:
    settings = Settings(home=own_home, database_url=None, dataset=None)
    order = an_order(events=[an_event("accepted")])
    asked = {"at": ago(-1)}
    address = f"/api/v1/orders/{order['order_id']}/score"
    with serving(settings) as client:
        wait_until_ready(client)
        client.post("/api/v1/orders", json=order)
        client.post(f"/api/v1/orders/{order['order_id']}/events", json=an_event("urged", 3))
        before = client.get(address, params=asked).json()
    assert _files(own_home)
    with serving(settings) as client:
        wait_until_ready(client)
        assert client.get(address, params=asked).json() == before
