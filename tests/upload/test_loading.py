"""Loading an upload in a process of its own, on both databases: once, whole, or not at all."""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import pytest

from desk.access.person import Person
from desk.settings import Settings
from desk.unfinished import refuse_half_extracts
from desk.upload import loading
from desk.upload.child import load
from desk.upload.loading import Task, begin
from desk.upload.reception import Decided, Reception
from desk.upload.shelf import Shelf
from desk.upload.upload import Upload, Where
from hotline.calendar import SHANGHAI
from hotline.errors import QinglingError
from hotline.policy import Role
from hotline.scope import WHOLE_DISTRICT
from serve.clock import now_micros
from store.database import Store, open_store
from tests.upload.tables import a_time, text

pytestmark = pytest.mark.slow

_WHO = Person("话务", Role.CALL_CENTRE, WHOLE_DISTRICT, "session")
_HEADER = ("工单编号", "受理时间", "派单时间", "接单时间", "先行联系时间", "办结时间", "小区")


@dataclass
class Place:
    """A shelf, its store, and the processes begun there."""

    settings: Settings
    store: Store
    begun: list["subprocess.Popen[bytes]"]

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.settings.home)

    def sent(self, orders: int) -> Upload:
        rows = [
            [f"L-{n}", *(a_time(hours) for hours in (50, 49, 48, 47, 20)), "清和苑"] for n in range(orders)
        ]
        reception = Reception(self.shelf, self.store, _WHO)
        return reception.receive(text([_HEADER, *rows]), "a.csv", None, now_micros(), datetime.now(SHANGHAI))

    def begin(self, upload: Upload) -> bool:
        now = datetime.now(SHANGHAI)
        return begin(self.shelf, upload.id, _WHO, self.settings, now, lambda: None)

    def now(self, upload: Upload) -> Upload:
        return self.shelf.of(upload.id, _WHO.label)

    def ended(self, upload: Upload) -> Upload:
        self.begun[-1].wait(60)
        return self.now(upload)

    def killed_while_it_writes(self, upload: Upload) -> None:
        until = time.monotonic() + 60
        while not self.shelf.progress(upload).startswith("writing"):
            assert time.monotonic() < until and self.begun[-1].poll() is None
            time.sleep(0.002)
        self.begun[-1].kill()
        self.begun[-1].wait()


@pytest.fixture
def place(either_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    store = open_store(either_settings.home, None, either_settings.database_url)
    begun: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def recorded(*words: object, **told: object) -> "subprocess.Popen[bytes]":
        begun.append(popen(*words, **told))  # type: ignore[call-overload]
        return begun[-1]

    monkeypatch.setattr(loading.subprocess, "Popen", recorded)
    yield Place(either_settings, store, begun)
    store.close()


def test_a_loading_that_is_killed_leaves_nothing_and_can_be_begun_again(place: Place) -> None:
    upload = place.sent(3_000)
    assert place.shelf.where(upload) is Where.PREVIEW
    assert place.begin(upload)
    assert place.shelf.where(place.now(upload)) is Where.LOADING
    place.killed_while_it_writes(upload)
    assert place.shelf.where(place.now(upload)) is Where.CUT_SHORT
    assert len(place.store.order_ids()) == 0
    assert place.shelf.table(upload).exists()
    with pytest.raises(QinglingError, match="cut short"):
        refuse_half_extracts(place.settings.home, place.store.dataset)
    assert place.begin(upload)
    done = place.ended(upload).loaded
    assert done and (done.new["orders"], done.new["events"]) == (3_000, 12_000)
    assert len(place.store.order_ids()) == 3_000
    refuse_half_extracts(place.settings.home, place.store.dataset)
    assert not place.shelf.table(upload).exists()


def test_pressed_by_many_at_once_it_is_loaded_once(place: Place) -> None:
    upload = place.sent(2)
    with ThreadPoolExecutor(4) as pool:
        began = list(pool.map(lambda _: place.begin(upload), range(4)))
    assert (sum(began), len(place.begun)) == (1, 1)
    done = place.ended(upload)
    assert done.loaded and done.loaded.new["orders"] == 2
    assert not place.begin(upload), "what is loaded is not loaded again"


def test_what_was_cut_short_and_thrown_away_keeps_nobody_from_learning(settings: Settings) -> None:
    store = open_store(settings.home)
    place = Place(settings, store, [])
    upload = place.sent(2)
    mark = settings.home / "ingesting" / f"{store.dataset}-abc.json"
    mark.parent.mkdir()
    described = (place.shelf.folder(upload.id) / "extract.toml").resolve()
    mark.write_text(f'{{"dataset": "{store.dataset}", "description": "{described}"}}', "utf-8")
    assert place.shelf.discard(upload.id)
    refuse_half_extracts(settings.home, store.dataset)
    store.close()


def test_a_column_that_gives_the_rating_away_is_told_to_its_sender(settings: Settings) -> None:
    store = open_store(settings.home)
    header = ("工单编号", "受理时间", "类别", "办结时间", "市回访时间", "评价")
    rows = [
        [
            f"L-{n}",
            a_time(90),
            "坏" if n % 3 == 0 else "好",
            a_time(60),
            a_time(30),
            "不满意" if n % 3 == 0 else "满意",
        ]
        for n in range(200)
    ]
    reception = Reception(Shelf(settings.home), store, _WHO)
    upload = reception.receive(text([header, *rows]), "a.csv", None, now_micros(), datetime.now(SHANGHAI))
    reception.decide(upload.id, Decided(upload.takes, {"类别": "received"}, {}))
    done = load(Task(upload.id, _WHO.label, _WHO.role, _WHO.scope, settings.home, None, 0)).loaded
    assert done and done.new["callbacks"] == 200 and done.stops_training == ("类别",)
    store.close()


def test_a_description_is_one_that_the_command_takes_too(settings: Settings) -> None:
    from pipelines.ingest import ingest

    store = open_store(settings.home)
    upload = Place(settings, store, []).sent(3)
    store.close()
    summary = ingest(Shelf(settings.home).folder(upload.id) / "extract.toml", settings)
    assert (summary.new["orders"], summary.new["events"], summary.rejects_file) == (3, 12, None)
