"""Why people are silent is a switch: it moves who answers, not what they would say."""

from pathlib import Path

import numpy as np
import pytest

from hotline.satisfaction import WEIGHTS
from simulator.calls import Silence, expected_points, leaning
from simulator.chance import HIDDEN_SPREAD, draw_ratings
from simulator.generate import simulate
from tests.simulator.conftest import Extract, read


@pytest.fixture(scope="module", params=list(Silence))
def silent(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Silence, Extract]:
    """A district of each kind."""
    silence: Silence = request.param
    return silence, read(simulate(6000, 3, tmp_path_factory.mktemp(silence), silence=silence))


def test_the_switch_says_whether_the_naive_rate_errs(silent: tuple[Silence, Extract]) -> None:
    silence, extract = silent
    naive = (
        extract.rated()["评价"]
        .map(dict(zip(("不满意", "一般", "基本满意", "满意"), WEIGHTS, strict=True)))
        .mean()
    )
    error = naive - extract.written.true_rate
    assert abs(error) < 0.02 if silence is Silence.MILD else -0.05 < error < -0.02


def test_about_as_many_answer_whatever_keeps_the_others_from_it(silent: tuple[Silence, Extract]) -> None:
    city = silent[1].rounds()
    assert 0.41 < (city["是否接通"] == "是").mean() < 0.48


def test_mild_silence_is_what_is_written_unasked(tmp_path: Path) -> None:
    simulate(300, 3, tmp_path / "unasked")
    simulate(300, 3, tmp_path / "mild", silence=Silence.MILD)
    for file in (tmp_path / "unasked").iterdir():
        assert file.read_bytes() == (tmp_path / "mild" / file.name).read_bytes()


def test_expected_points_are_the_mean_of_many_ratings() -> None:
    score = np.array([2.0, 4.5, 7.0])
    drawn = draw_ratings(np.random.default_rng(1), np.repeat(score, 200_000)).reshape(3, -1)
    assert expected_points(score) == pytest.approx(np.array(WEIGHTS)[drawn].mean(axis=1), abs=0.004)


@pytest.mark.parametrize("score", [1.0, 3.0, 5.0])
def test_the_planted_mood_moves_the_silent_by_less_than_twofold(score: float) -> None:
    rng = np.random.default_rng(4)
    hidden = rng.normal(0, HIDDEN_SPREAD, 2_000_000)
    rating = draw_ratings(rng, score + hidden)
    answers = rng.random(len(hidden)) < 1 / (1 + np.exp(0.3 - leaning(Silence.MOOD, {}, hidden)))
    told, silent = (np.bincount(rating[rows], minlength=4) / rows.sum() for rows in (answers, ~answers))
    assert 1.4 < np.maximum(silent / told, told / silent).max() < 1.8
