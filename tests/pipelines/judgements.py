"""What two models said of the same rounds, made up: how good each is can be chosen."""

import io

import numpy as np

from desk.promotion.judged import JUDGED
from models.comparison import Pairs
from models.judgement import Judgement

RNG = np.random.default_rng(5)
ROUNDS = 1500


def pairs_of(challenger_noise: float, champion_noise: float, ruined: str | None = None) -> Pairs:
    """Rounds of five companies; both models know the truth but for noise, the challenger nothing of `ruined`."""
    score = RNG.normal(-1.5, 1.5, ROUNDS)
    truth = RNG.random(ROUNDS) < 1 / (1 + np.exp(-score))
    company = np.array([f"公司{n % 5}" for n in range(ROUNDS)], dtype=object)
    said = [
        1 / (1 + np.exp(-score - RNG.normal(0, noise, ROUNDS)))
        for noise in (challenger_noise, champion_noise)
    ]
    if ruined:
        said[0] = np.where(company == ruined, RNG.permutation(said[0]), said[0])
    return Pairs(truth, said[0], said[1], {"company": company})


def judged(pairs: Pairs, said: np.ndarray) -> dict[str, bytes]:
    """A judgement with one moment a round, as a training keeps it."""
    levels = np.column_stack([said, np.zeros((len(pairs), 2)), 1 - said])
    moments = np.arange(len(pairs)) * 10**9
    table = Judgement(
        window=np.zeros(len(pairs), dtype=int),
        order_id=np.array([f"O{n:05d}" for n in range(len(pairs))], dtype=object),
        round_start=moments,
        as_of=moments + 1,
        received_at=moments,
        label_known_at=moments + 2,
        stage=np.full(len(pairs), 6),
        events=np.ones(len(pairs), dtype=int),
        weight=np.ones(len(pairs)),
        rating=np.where(pairs.truth, 0, 3),
        probabilities=levels,
        baseline=said,
        slices={"company": pairs.slices["company"]},
    ).to_frame()
    kept = io.BytesIO()
    table.to_parquet(kept)
    return {JUDGED: kept.getvalue()}
