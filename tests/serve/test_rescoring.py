"""Open orders are rescored when something happens to them and as time passes, by one worker at a time."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desk.opening import open_scorer
from desk.rescoring import Rescoring
from desk.scorer import Scorer
from hotline.calendar import HOUR, SHANGHAI, to_micros
from store.database import Store
from store.predictions import Cause
from tests.serve.bodies import an_event, an_order
from tests.serve.conftest import serving, settings_of, wait_until_ready

NOW = datetime(2026, 6, 1, 9, tzinfo=SHANGHAI)
QUARTER = HOUR // 4


@pytest.fixture
def desk(own_home: Path) -> tuple[Store, Scorer]:
    """A store of one test's own, with its scorer."""
    return open_scorer(settings_of(own_home))


def _logged(store: Store) -> int:
    return store.counts()["predictions"]


def test_the_first_look_scores_every_open_order_and_the_next_has_nothing_to_do(
    desk: tuple[Store, Scorer],
) -> None:
    store, scorer = desk
    rescoring = Rescoring(store, "one", QUARTER)
    turn = rescoring.turn(scorer, NOW)
    assert turn is not None and turn.is_whole
    assert turn.scored == turn.logged == len(scorer.score_open(NOW).predictions) == _logged(store) > 5
    again = rescoring.turn(scorer, NOW + timedelta(seconds=5))
    assert again is not None and (again.scored, again.logged) == (0, 0)


def test_what_is_logged_is_what_the_scorer_says(desk: tuple[Store, Scorer]) -> None:
    store, scorer = desk
    Rescoring(store, "one", QUARTER).turn(scorer, NOW)
    for prediction in scorer.score_open(NOW).predictions[:10]:
        (row,) = store.predictions(prediction.order_id)
        assert row.cause is Cause.RESCORED and row.as_of == to_micros(NOW)
        assert row.probabilities == pytest.approx(prediction.probabilities, abs=1e-12)
        assert '"text"' not in row.features


def test_an_order_that_was_written_to_is_rescored_at_once_and_alone(desk: tuple[Store, Scorer]) -> None:
    store, scorer = desk
    rescoring = Rescoring(store, "one", QUARTER)
    rescoring.turn(scorer, NOW)
    touched = scorer.score_open(NOW).predictions[-1].order_id
    events = [an_event_at(NOW + timedelta(seconds=s)) for s in (1, 2, 3)]
    store.add_events(touched, events, to_micros(NOW + timedelta(seconds=4)))
    turn = rescoring.turn(scorer, NOW + timedelta(seconds=5))
    assert turn is not None and not turn.is_whole and turn.scored == 1
    assert len(store.predictions(touched)) == 1 + turn.logged


def test_as_time_passes_only_what_moved_is_logged_and_a_day_of_silence_never_passes(
    desk: tuple[Store, Scorer],
) -> None:
    store, scorer = desk
    rescoring = Rescoring(store, "one", QUARTER)
    rescoring.turn(scorer, NOW)
    soon = rescoring.turn(scorer, NOW + timedelta(minutes=15))
    assert soon is not None and soon.is_whole and soon.logged < soon.scored
    latest = rescoring.turn(scorer, NOW + timedelta(hours=25))
    assert latest is not None and latest.logged == latest.scored > 0


def test_a_restart_does_not_log_everything_again(desk: tuple[Store, Scorer]) -> None:
    store, scorer = desk
    Rescoring(store, "one", QUARTER).turn(scorer, NOW)
    turn = Rescoring(store, "one", QUARTER).turn(scorer, NOW + timedelta(seconds=5))
    assert turn is not None and turn.is_whole and turn.logged == 0


def test_two_workers_do_not_double_it_and_one_takes_over_from_a_silent_one(
    desk: tuple[Store, Scorer],
) -> None:
    store, scorer = desk
    one, two = Rescoring(store, "one", QUARTER), Rescoring(store, "two", QUARTER)
    assert one.turn(scorer, NOW) is not None
    assert two.turn(scorer, NOW + timedelta(seconds=5)) is None
    taken_over = two.turn(scorer, NOW + timedelta(minutes=16))
    assert taken_over is not None and taken_over.is_whole
    assert one.turn(scorer, NOW + timedelta(minutes=16, seconds=5)) is None


def test_scores_of_a_worker_that_lost_the_lease_are_not_logged(desk: tuple[Store, Scorer]) -> None:
    store, scorer = desk
    at = to_micros(NOW)
    Rescoring(store, "one", QUARTER).turn(scorer, NOW)
    row = store.predictions(scorer.score_open(NOW).predictions[0].order_id)[0]
    before = _logged(store)
    assert not store.append_rescored([row], "two", at, at + HOUR)
    assert _logged(store) == before


def test_the_course_of_an_orders_risk_can_be_read_back(own_home: Path) -> None:
    with serving(settings_of(own_home)) as client:
        wait_until_ready(client)
        order = an_order(events=[an_event("accepted", 20)])
        client.post("/api/v1/orders", json=order)
        name = order["order_id"]
        client.app.state.rescorer.look()  # type: ignore[attr-defined]
        client.post("/api/v1/scores", json=order)
        client.get(f"/api/v1/orders/{name}/score")
        found = client.get(f"/api/v1/orders/{name}/course").json()
        assert [point["cause"] for point in found["points"]] == ["rescored", "asked"]
        assert found["points"][0]["as_of"] <= found["points"][1]["as_of"]
        assert client.get("/api/v1/orders/nobodys/course").status_code == 404


def test_a_service_told_not_to_rescore_leaves_orders_alone(own_home: Path) -> None:
    settings = settings_of(own_home).model_copy(update={"rescore_minutes": 0})
    with serving(settings) as client:
        wait_until_ready(client)
        rescorer = client.app.state.rescorer  # type: ignore[attr-defined]
        assert rescorer._thread is None and rescorer.last_turn_at is None


def an_event_at(moment: datetime):  # type: ignore[no-untyped-def]
    """An urging at a moment."""
    from hotline.order import OrderEvent

    return OrderEvent(type="urged", happened_at=moment, known_at=moment)
