"""The champion and everybody's history, ready to score any order at any moment of its life."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import numpy as np

from desk.kept_histories import KeptHistories
from desk.lookout import Lookout, OrderStore, warm_up
from desk.open_orders import open_frames
from desk.order_frames import rows_of
from desk.questions import Question, Refusal, laid_out
from desk.reasons import top_reasons
from desk.refusals import NotReceivedYet
from desk.scored import Scored
from desk.standing import Standing
from features.changes import ChangeBook
from features.chronicle import Chronicle
from features.frame import OrderFrame
from features.history import Past
from features.log import Log
from features.order_facts import difference, facts_of
from hotline.bands import BandLimits, band_of
from hotline.calendar import NO_TIME, from_micros, to_micros
from hotline.lifecycle import STAGE_ORDER
from hotline.order import Order
from hotline.prediction import Prediction
from hotline.satisfaction import Rating
from models.registry import Registered

Answer = Prediction | Refusal


class Scorer:
    """Scores orders by the champion, amid everybody's history as it stands (see `Lookout`).

    The reasons cost as much as all the rest, so whoever does not read them can leave them out. `limits` tells where
    the bands begin now.
    """

    def __init__(
        self,
        store: OrderStore,
        champion: Registered,
        limits: Callable[[], BandLimits] = BandLimits,
        kept: KeptHistories | None = None,
    ) -> None:
        self.champion = champion
        self.limits = limits
        model = champion.model
        warm = partial(warm_up, model.features)
        self.lookout = Lookout(store, model.attributes, model.label_caller, warm, kept)

    def score(self, order_id: str, at: datetime, with_reasons: bool = True) -> Scored:
        """One order of the store at a moment. NoSuchOrder if unknown; NotReceivedYet before its receipt."""
        scored, (answer,) = self.score_each([Question(order_id, at, with_reasons)])
        if not isinstance(answer, Prediction):
            raise answer
        return scored

    def score_each(self, questions: Sequence[Question]) -> tuple[Scored, list[Answer]]:
        """Orders of the store together, and for each question, in the order asked, its score or why it has none.

        The same question asked twice is answered once.
        """
        standing = self.lookout.look(*(question.order_id for question in questions))
        answers: dict[Question, Answer] = {}
        pieces = []
        for laid in laid_out(standing, list(dict.fromkeys(questions))):
            answers |= laid.refused
            if laid.questions:
                with_reasons = [question.with_reasons for question in laid.questions]
                pieces.append(self.score_frame(laid.frame, standing.past(laid.frame), with_reasons))
                answers |= zip(laid.questions, pieces[-1].predictions, strict=True)
        return Scored.joined(pieces), [answers[question] for question in questions]

    def score_given(self, order: Order, at: datetime, with_reasons: bool = True) -> Scored:
        """An order as it is given, whether or not the store has it, amid everybody's history."""
        standing, model = self.lookout.look(order.order_id), self.champion.model
        own = Chronicle.of(Log.of_rows(rows_of(order), model.attributes, model.label_caller))
        frame = _asked(own, order.order_id, at)
        given = ChangeBook(standing.base.asked)
        stored = standing.facts_of(order.order_id)
        given.write(order.order_id, difference(facts_of(own, standing.base.asked), stored))
        return self.score_frame(frame, standing.past(frame, given.look()), with_reasons)

    def score_open(
        self, at: datetime, only: Sequence[str] | None = None, with_reasons: bool = True
    ) -> Scored:
        """All orders that still wait for a callback or a closing at a moment, the riskiest first.

        With `only` those of them that are named.
        """
        return self.score_open_of(self.lookout.look(), at, only, with_reasons)

    def score_open_of(
        self, standing: Standing, at: datetime, only: Sequence[str] | None = None, with_reasons: bool = False
    ) -> Scored:
        """The same as of one look at history."""
        pieces = [
            self.score_frame(frame, standing.past(frame), with_reasons)
            for frame in open_frames(standing, to_micros(at), only)
            if len(frame)
        ]
        return Scored.joined(pieces).riskiest_first()

    def explained(self, scored: Scored) -> Scored:
        """Scores with the reasons that were left out before."""
        if not scored.predictions:
            return scored
        return self._explained(scored, self.champion.model.matrix(scored.columns), [True] * len(scored))

    def _explained(self, scored: Scored, matrix: np.ndarray, chosen: Sequence[bool]) -> Scored:
        model, rows = self.champion.model, np.flatnonzero(chosen)
        columns = {name: values[rows] for name, values in scored.columns.items()}
        effects = model.contributions(columns, matrix[rows])
        told = list(scored.predictions)
        for place, row in enumerate(rows):
            reasons = top_reasons(model.features, columns, effects, place)
            told[row] = replace(told[row], reasons=reasons)
        return Scored(tuple(told), scored.columns)

    def score_frame(self, frame: OrderFrame, past: Past, with_reasons: bool | Sequence[bool]) -> Scored:
        """Questions that were asked already, amid what they may see; with the reasons of all, some or none."""
        model = self.champion.model
        columns = model.features.compute(frame, past)
        matrix = model.matrix(columns)
        probabilities = model.probabilities(columns, matrix)
        sets = model.sets.members(probabilities)
        losses = model.expected_loss(probabilities)
        due, limits = frame.time("due_at"), self.limits()
        predictions = []
        for row in range(len(frame)):
            as_of = from_micros(frame.as_of[row])
            p = tuple(map(float, probabilities[row]))
            predictions.append(
                Prediction(
                    order_id=str(frame.order_id[row]),
                    as_of=as_of,
                    stage=STAGE_ORDER[int(frame.stage[row])],
                    probabilities=p,  # type: ignore[arg-type]
                    reckon_with=tuple(level for level in Rating if sets[row, level]),
                    expected_loss=float(losses[row]),
                    band=band_of(
                        p[0],
                        bool(columns["is_structurally_blocked"][row] == 1),
                        None if due[row] == NO_TIME else from_micros(due[row]),
                        not bool(columns["is_closed"][row]),
                        as_of,
                        limits,
                    ),
                    reasons=(),
                    model_version=self.champion.version,
                )
            )
        scored = Scored(tuple(predictions), columns)
        chosen = [with_reasons] * len(frame) if isinstance(with_reasons, bool) else with_reasons
        return self._explained(scored, matrix, chosen) if any(chosen) else scored


def _asked(chronicle: Chronicle, order_id: str, at: datetime) -> OrderFrame:
    try:
        return OrderFrame.at_times(chronicle, [order_id], np.array([to_micros(at)]))
    except ValueError as error:
        raise NotReceivedYet(order_id) from error
