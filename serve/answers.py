"""The bodies that answers carry."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import orjson
from fastapi import Response
from pydantic import BaseModel, Field

from desk.answers import LEVELS, finite, prediction_json
from hotline.bands import RiskBand
from hotline.calendar import from_micros
from hotline.lifecycle import Stage
from hotline.prediction import Prediction
from hotline.satisfaction import WEIGHTS
from models.registry import Registered
from store.predictions import LoggedPrediction


class ReasonOut(BaseModel):
    """A feature that moves this order's risk, in the manager's words."""

    feature: str
    zh: str
    value: float | None
    effect: float = Field(description="share of the log-odds of 不满意")
    direction: Literal["up", "down"] = Field(description="up raises the risk")


class ProbabilitiesOut(BaseModel):
    """The four ratings' probabilities; they sum to 1."""

    dissatisfied: float
    fair: float
    mostly_satisfied: float
    satisfied: float


class ScoreOut(BaseModel):
    """What the model says of one order at one moment."""

    order_id: str
    as_of: datetime
    stage: Stage
    stage_zh: str
    probabilities: ProbabilitiesOut
    prediction_set: list[Literal["dissatisfied", "fair", "mostly_satisfied", "satisfied"]] = Field(
        description="the ratings to be reckoned with: nine times in ten the one that comes is among them"
    )
    dissatisfied: float = Field(description="P(不满意)")
    expected_loss: float = Field(description="points of 满意率 (0–1) that the order is expected to lose")
    band: RiskBand
    band_zh: str
    reasons: list[ReasonOut]
    model_version: str


def score_answer(prediction: Prediction) -> Response:
    """The answer that carries a prediction: a `ScoreOut`, written at once."""
    return Response(orjson.dumps(prediction_json(prediction)), media_type="application/json")


class CoursePoint(BaseModel):
    """What a model said of an order at one moment of its life."""

    as_of: datetime
    scored_at: datetime
    model_version: str
    stage: Stage
    band: RiskBand
    probabilities: ProbabilitiesOut
    expected_loss: float
    cause: Literal["asked", "rescored"] = Field(description="asked for, or rescored by itself")


class CourseOut(BaseModel):
    """The course of an order's risk, oldest moment first."""

    order_id: str
    points: list[CoursePoint]

    @classmethod
    def of(cls, order_id: str, rows: Sequence[LoggedPrediction]) -> "CourseOut":
        """The answer that carries logged scores."""
        return cls.model_validate({"order_id": order_id, "points": [_point(row) for row in rows]})


def _point(row: LoggedPrediction) -> dict[str, Any]:
    return {
        "as_of": from_micros(row.as_of),
        "scored_at": from_micros(row.scored_at),
        "model_version": row.model_version,
        "stage": row.stage,
        "band": row.band,
        "probabilities": dict(zip(LEVELS, row.probabilities, strict=True)),
        "expected_loss": sum(p * (1 - w) for p, w in zip(row.probabilities, WEIGHTS, strict=True)),
        "cause": row.cause.value,
    }


class WorklistOut(BaseModel):
    """Open orders, the riskiest first."""

    as_of: datetime
    total: int = Field(description="all open orders within your scope")
    matching: int = Field(description="those of the band asked for")
    orders: list[ScoreOut]


def worklist_answer(at: datetime, total: int, matching: int, shown: Sequence[Prediction]) -> Response:
    """The answer that carries open orders: a `WorklistOut`, written at once."""
    orders = [prediction_json(prediction) for prediction in shown]
    told = {"as_of": at.isoformat(), "total": total, "matching": matching, "orders": orders}
    return Response(orjson.dumps(told), media_type="application/json")


class OrderWritten(BaseModel):
    """What became of an order that was sent."""

    order_id: str
    status: Literal["created", "changed", "unchanged"]


class EventsWritten(BaseModel):
    """What became of the events or callbacks that were sent."""

    order_id: str
    new: list[str] = Field(description="ids of those that were new, in the order in which they were sent")
    unchanged: int = Field(description="those that were recorded already")
    known_at: datetime = Field(description="when they were received here")

    @classmethod
    def of(cls, order_id: str, sent: int, new: list[str], now: datetime) -> "EventsWritten":
        """The answer to so many of them, received now."""
        return cls(order_id=order_id, new=new, unchanged=sent - len(new), known_at=now)


class StageOut(BaseModel):
    """How well the model did at one stage, on orders later than those it learnt from."""

    stage: str
    n: int
    base_rate: float | None = None
    auc: float | None = None
    auc_ci: tuple[float | None, float | None] | None = None
    baseline_auc: float | None = None
    average_precision: float | None = None
    brier: float | None = None
    ece: float | None = None
    recall_at_10pct: float | None = None
    lead_hours: float | None = None


class ModelOut(BaseModel):
    """The model in service and what it learnt from."""

    version: str
    dataset: str
    estimator: str
    features: int
    feature_fingerprint: str
    label_caller: str
    trained_on_orders: int
    trained_on_examples: int
    trained_on_dissatisfied: int
    first_received_at: datetime
    last_received_at: datetime
    verdict: str | None
    pooled_auc: float | None
    pooled_auc_ci: tuple[float | None, float | None] | None
    baseline_auc: float | None
    brier: float | None
    ece: float | None
    stages: list[StageOut]

    @classmethod
    def of(cls, champion: Registered) -> "ModelOut":
        """The answer that describes a champion."""
        model, span = champion.model, champion.model.span
        report: dict[str, Any] = finite(champion.report)
        return cls(
            version=champion.version,
            dataset=span.dataset,
            estimator=model.chosen,
            features=len(model.features),
            feature_fingerprint=model.features.fingerprint,
            label_caller=span.label_caller,
            trained_on_orders=span.orders,
            trained_on_examples=span.examples,
            trained_on_dissatisfied=span.dissatisfied,
            first_received_at=from_micros(span.first_received_at),
            last_received_at=from_micros(span.last_received_at),
            verdict=report.get("verdict"),
            pooled_auc=report.get("pooled_auc"),
            pooled_auc_ci=report.get("pooled_auc_ci"),
            baseline_auc=report.get("baseline", {}).get("pooled_auc"),
            brier=report.get("brier"),
            ece=report.get("ece"),
            stages=report.get("stages", []),
        )


class HealthOut(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class ReadyOut(BaseModel):
    """The service can score."""

    status: Literal["ready"] = "ready"
    dataset: str
    model_version: str
    problem: str | None = Field(
        None, description="why a later champion is not in service, while the earlier one is"
    )
