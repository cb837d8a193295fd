"""Champions change while requests come in: none fails, and each answer is wholly one version's."""

import gc
import json
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from desk.access.person import Person
from desk.questions import Question
from desk.situations import situations
from hotline.calendar import SHANGHAI
from hotline.order import Order
from hotline.policy import Role
from hotline.scope import WHOLE_DISTRICT
from models.champion_file import ChampionFile
from serve.errors import Unavailable
from serve.open_desk import InService, OpenDesk
from tests.serve.bodies import ago, an_order
from tests.serve.conftest import promote_again, serving, wait_until_ready
from tests.serve.homes import settings_of

pytestmark = pytest.mark.slow


def _put(home: Path, version: str, model: dict[str, Any]) -> None:
    """What a promotion does, in its one step."""
    champion = ChampionFile(home)
    champion.write(version, "test", [], champion.read()["report"], json.dumps(model))


def _models(home: Path) -> dict[str, dict[str, Any]]:
    """The champion, and another model: the same that expects more from everybody."""
    one = json.loads((home / "models" / "champion.json").read_text("utf-8"))["model"]
    other = json.loads(json.dumps(one))
    other["calibration"]["shift"] += 0.7
    return {"1": one, "2": other}


def test_swaps_under_load_fail_no_request_and_mix_no_versions(own_home: Path) -> None:
    models = _models(own_home)
    body, done = an_order(at=ago(-1)), Event()
    seen: list[tuple[int, str, float]] = []
    with serving(settings_of(own_home)) as client:
        right = {}
        for version in ("2", "1"):
            _put(own_home, version, models[version])
            wait_until_ready(client, version)
            right[version] = client.post("/api/v1/scores", json=body).json()["dissatisfied"]
        assert right["1"] != right["2"]

        def ask(_: int) -> None:
            while not done.is_set():
                answer = client.post("/api/v1/scores", json=body)
                said = answer.json()
                seen.append((answer.status_code, said.get("model_version"), said.get("dissatisfied")))

        with ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(ask, n) for n in range(4)]
            try:
                for version in ("2", "1", "2", "1"):
                    _put(own_home, version, models[version])
                    wait_until_ready(client, version)
                    until = time.monotonic() + 30
                    while seen[-1:] and seen[-1][1] != version and time.monotonic() < until:
                        time.sleep(0.02)
            finally:
                done.set()
            for future in asking:
                future.result()
    assert {status for status, *_ in seen} == {200}
    assert {version for _, version, _ in seen} == {"1", "2"}
    assert all(number == pytest.approx(right[version], abs=1e-12) for _, version, number in seen)


def test_a_replaced_champions_history_goes_at_once_not_when_garbage_is_collected(own_home: Path) -> None:
    desk = OpenDesk(settings_of(own_home))
    first = _served(desk, "1")
    now = datetime.now(SHANGHAI)
    order_id = first.store.order_ids()[0]
    first.scorer.score_each([Question(order_id, now), Question(first.store.order_ids()[1], now)])
    first.scorer.score_given(Order("T-1", now - timedelta(days=1)), now)
    assert first.worklist.now(now).predictions
    like = situations(first.store, [order_id], now)[order_id].order
    assert desk.similar_to(like, Person("x", Role.CALL_CENTRE, WHOLE_DISTRICT), now) is not None
    chronicle = weakref.ref(first.scorer.lookout.taken_in.base.chronicle)
    gc.collect()
    gc.disable()
    try:
        del first
        promote_again(own_home, "2")
        _served(desk, "2")
        until = time.monotonic() + 10
        while chronicle() is not None and time.monotonic() < until:  # whoever opened the second lets go last
            time.sleep(0.02)
        assert chronicle() is None, "a history as large as the store stays in memory"
    finally:
        gc.enable()
        desk.close()


def _served(desk: OpenDesk, version: str) -> InService:
    desk.look()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(Unavailable):
            if (found := desk.in_service()).scorer.champion.version == version:
                return found
        time.sleep(0.02)
    raise AssertionError(f"version {version} is not in service within a minute")


@pytest.mark.parametrize("spoilt", ["truncated", "not a number", "other features"])
def test_a_broken_file_never_goes_live(own_home: Path, spoilt: str) -> None:
    served = own_home / "models" / "champion.json"
    sound = served.read_text("utf-8")
    with serving(settings_of(own_home)) as client:
        wait_until_ready(client)
        served.write_text(_spoilt(sound, spoilt), "utf-8")
        until = time.monotonic() + 30
        while not (problem := client.get("/readyz").json()["problem"]) and time.monotonic() < until:
            time.sleep(0.02)
        assert problem
        for _ in range(3):
            answer = client.post("/api/v1/scores", json=an_order())
            assert (answer.status_code, answer.json()["model_version"]) == (200, "1")
        served.write_text(sound, "utf-8")
        promote_again(own_home, "5")
        wait_until_ready(client, "5")


def _spoilt(sound: str, how: str) -> str:
    if how == "truncated":
        return sound[: len(sound) // 2]
    champion = json.loads(sound)
    if how == "other features":
        return sound.replace(champion["model"]["fingerprint"], "0" * 16)
    champion["model"]["calibration"]["shift"] = float("nan")
    return json.dumps({**champion, "version": "4"})
