"""A peer: the same boosters as most would serve them. A pandas frame a request, and shap's explainer.

It is handed the finished matrix row: it looks up no history and computes no feature.
"""

import json
import os
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import shap
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
_SERVED = json.loads(Path(os.environ["BENCH_CHAMPION"]).read_text("utf-8"))
_BOOSTERS = [lightgbm.Booster(model_str=text) for text in _SERVED["model"]["trees"]["boosters"]]
_EXPLAINERS = [shap.TreeExplainer(booster) for booster in _BOOSTERS]


class Row(BaseModel):
    """One order's matrix row by column."""

    columns: dict[str, float | None]


@app.post("/score")
def score(row: Row) -> dict[str, Any]:
    """Chance and the six strongest columns."""
    frame = pd.DataFrame([row.columns]).astype(np.float32)
    log_odds = np.mean([booster.predict(frame, raw_score=True) for booster in _BOOSTERS], axis=0)
    effects = np.mean([explainer.shap_values(frame)[0] for explainer in _EXPLAINERS], axis=0)
    told = pd.Series(effects, index=frame.columns).sort_values(key=abs, ascending=False)
    return {"dissatisfied": float(1 / (1 + np.exp(-log_odds[0]))), "reasons": told.head(6).to_dict()}
