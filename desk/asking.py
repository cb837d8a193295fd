"""What a model says of orders as their desks knew them, for whoever counts on many at once."""

from collections.abc import Callable

from desk.prospects import Ask
from features.arrays import Floats, Mask
from features.frame import OrderFrame
from features.history import History, Past
from models.satisfaction_model import SatisfactionModel


def asked_of(model: SatisfactionModel, history: History) -> Ask:
    """Scores of orders amid one history."""
    return asked_amid(model, lambda frame: Past.of(frame, history))


def asked_amid(model: SatisfactionModel, past: Callable[[OrderFrame], Past]) -> Ask:
    """Scores of orders amid whatever `past` lets them see."""

    def ask(frame: OrderFrame) -> tuple[Floats, Mask]:
        columns = model.features.compute(frame, past(frame))
        return model.probabilities(columns), columns["is_structurally_blocked"] == 1

    return ask
