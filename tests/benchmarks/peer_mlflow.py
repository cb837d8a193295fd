"""A peer: the registered artefact with its reasons, as mlflow's own server serves it.

It is handed the finished feature row: it looks up no history.
"""

from typing import Any

import mlflow
import pandas as pd

from desk.reasons import top_reasons
from models.pyfunc import SatisfactionPyfunc, _column


class WithReasons(SatisfactionPyfunc):
    """The shipped pyfunc, and why."""

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """One row of probabilities, expected loss and reasons for each feature row."""
        told = super().predict(context, model_input, params)
        features = self.model.features
        columns = {f.name: _column(model_input, f.name, f.kind == "number") for f in features}
        effects = self.model.contributions(columns)
        reasons = [top_reasons(features, columns, effects, row) for row in range(len(model_input))]
        return told.assign(reasons=[[f"{r.zh} {r.effect:+.2f}" for r in of] for of in reasons])


mlflow.models.set_model(WithReasons())
