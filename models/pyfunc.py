"""The registered model as mlflow serves it: feature rows in, four probabilities out."""

from typing import Any

import mlflow
import numpy as np
import pandas as pd

from models.satisfaction_model import SatisfactionModel


class SatisfactionPyfunc(mlflow.pyfunc.PythonModel):
    """An ordinary pyfunc around the stored model; a column that is not sent counts as missing."""

    def load_context(self, context: Any) -> None:
        """Read the model's text."""
        from pathlib import Path

        self.model = SatisfactionModel.from_json(Path(context.artifacts["model"]).read_text(encoding="utf-8"))

    def predict(self, context: Any, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:
        """One row of probabilities and expected loss for each feature row."""
        columns = {
            feature.name: _column(model_input, feature.name, feature.kind == "number")
            for feature in self.model.features.features
        }
        columns["stage"] = np.nan_to_num(columns["stage"])
        p = self.model.probabilities(columns)
        return pd.DataFrame(
            {
                "dissatisfied": p[:, 0],
                "fair": p[:, 1],
                "mostly_satisfied": p[:, 2],
                "satisfied": p[:, 3],
                "expected_loss": self.model.expected_loss(p),
            }
        )


def _column(rows: pd.DataFrame, name: str, is_number: bool) -> np.ndarray:
    if name not in rows.columns:
        return np.full(len(rows), np.nan) if is_number else np.full(len(rows), None, dtype=object)
    if is_number:
        return rows[name].to_numpy(dtype=np.float64, na_value=np.nan)
    values = rows[name].astype(object)
    return values.where(values.notna(), None).to_numpy()


mlflow.models.set_model(SatisfactionPyfunc())
