"""Without a champion, with a later one, with a broken one."""

import time
from pathlib import Path

import pytest

from tests.serve.bodies import an_event, an_order, assert_told
from tests.serve.conftest import promote_again, serving, settings_of, wait_until_ready


def test_without_a_champion_nothing_is_scored_but_everything_is_taken(home: Path) -> None:
    with serving(settings_of(home)) as client:
        order = an_order()
        assert client.get("/healthz").json() == {"status": "alive"}
        for path in ("/readyz", "/api/v1/worklist", "/api/v1/model", "/api/v1/orders/A/score"):
            assert_told(client.get(path), 503, "no_champion")
        answer = client.post("/api/v1/scores", json=order)
        assert "qingling promote" in assert_told(answer, 503, "no_champion")["remedy"]
        assert answer.headers["retry-after"]
        assert client.post("/api/v1/orders", json=order).status_code == 201
        address = f"/api/v1/orders/{order['order_id']}/events"
        assert client.post(address, json=an_event()).status_code == 201


def test_what_was_taken_before_the_first_champion_is_scored_by_it(own_home: Path) -> None:
    served = own_home / "models" / "champion.json"
    hidden = served.rename(own_home / "hidden.json")
    with serving(settings_of(own_home)) as client:
        order = an_order(events=[an_event("accepted")])
        client.post("/api/v1/orders", json=order)
        assert_told(client.get("/readyz"), 503, "no_champion")
        hidden.rename(served)
        wait_until_ready(client)
        assert client.get(f"/api/v1/orders/{order['order_id']}/score").json()["stage"] == "accepted"


def test_a_champion_promoted_while_serving_takes_over_without_a_failed_request(own_home: Path) -> None:
    with serving(settings_of(own_home)) as client:
        wait_until_ready(client)
        assert client.get("/api/v1/model").json()["version"] == "1"
        promote_again(own_home, "2")
        until = time.monotonic() + 60
        versions = []
        while time.monotonic() < until and versions[-1:] != ["2"]:
            answer = client.post("/api/v1/scores", json=an_order())
            assert answer.status_code == 200
            versions.append(answer.json()["model_version"])
        assert versions[0] == "1" and versions[-1] == "2"


@pytest.mark.parametrize("content", ["{}", "not JSON", '{"version": "2", "model": {}, "report": {}}'])
def test_a_broken_champion_leaves_the_earlier_one_in_service(own_home: Path, content: str) -> None:
    served = own_home / "models" / "champion.json"
    with serving(settings_of(own_home)) as client:
        wait_until_ready(client)
        served.write_text(content, "utf-8")
        client.get("/readyz")
        until = time.monotonic() + 30
        while not (problem := client.get("/readyz").json()["problem"]) and time.monotonic() < until:
            time.sleep(0.02)
        assert "cannot be opened" in problem
        assert client.post("/api/v1/scores", json=an_order()).json()["model_version"] == "1"
        promote_again_from(served, "3", own_home)
        wait_until_ready(client, "3")
        assert client.get("/readyz").json()["problem"] is None


def promote_again_from(served: Path, version: str, home: Path) -> None:
    """Mend the champion's file, then promote as usual."""
    served.write_text((home / "sound.json").read_text("utf-8"), "utf-8")
    promote_again(home, version)


@pytest.fixture(autouse=True)
def _sound_copy(request: pytest.FixtureRequest) -> None:
    if "own_home" in request.fixturenames:
        home = request.getfixturevalue("own_home")
        (home / "sound.json").write_text((home / "models" / "champion.json").read_text("utf-8"), "utf-8")


def test_a_broken_first_champion_is_told_and_nothing_else_is_hindered(own_home: Path) -> None:
    (own_home / "models" / "champion.json").write_text("{}", "utf-8")
    with serving(settings_of(own_home)) as client:
        until = time.monotonic() + 30
        while client.get("/readyz").json()["error"]["code"] == "loading" and time.monotonic() < until:
            time.sleep(0.02)
        assert_told(client.get("/readyz"), 503, "champion_broken")
        assert_told(client.get("/api/v1/worklist"), 503, "champion_broken")
        assert client.post("/api/v1/orders", json=an_order()).status_code == 201


def test_a_champion_of_other_features_is_refused_with_the_remedy(own_home: Path) -> None:
    served = own_home / "models" / "champion.json"
    content = served.read_text("utf-8")
    before = content.index('"fingerprint": "') + len('"fingerprint": "')
    served.write_text(content[:before] + "0" * 16 + content[before + 16 :], "utf-8")
    with serving(settings_of(own_home)) as client:
        until = time.monotonic() + 30
        while client.get("/readyz").json()["error"]["code"] == "loading" and time.monotonic() < until:
            time.sleep(0.02)
        assert "qingling train" in assert_told(client.get("/readyz"), 503, "champion_broken")["message"]


def test_a_database_that_is_gone_is_told(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def gone(*_: object) -> None:
        raise OperationalError("SELECT 13800002222", {}, Exception("disk"))

    with serving(settings_of(own_home)) as client:
        wait_until_ready(client)
        monkeypatch.setattr("store.database.Store.changed_since", gone)
        monkeypatch.setattr("store.database.Store.watermark", gone)
        monkeypatch.setattr("store.database.Store.add_order", gone)
        for answer in (
            client.get("/readyz"),
            client.get("/api/v1/worklist"),
            client.post("/api/v1/scores", json=an_order()),
            client.post("/api/v1/orders", json=an_order()),
        ):
            assert_told(answer, 503, "store_unavailable")
            assert "13800002222" not in answer.text
        monkeypatch.undo()
        assert client.post("/api/v1/orders", json=an_order()).status_code == 201
