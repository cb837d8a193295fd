# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Why did this order score so?
# One order along its life: what was known, what the champion said of it, and what moved the score.
# `QINGLING_ORDER` names another order than the riskiest open one.

# %%
import os

import numpy as np

from desk.opening import open_scorer
from desk.settings import load_settings
from features.frame import OrderFrame
from features.history import Past
from hotline.calendar import from_micros
from hotline.lifecycle import STAGE_ORDER
from models.registry import Registry
from pipelines.train import history_of, last_known_at

settings = load_settings()
store, scorer = open_scorer(settings)
now = last_known_at(settings)
order_id = os.environ.get("QINGLING_ORDER") or scorer.score_open(now).predictions[0].order_id
store.close()
print(order_id)

# %% [markdown]
# ## Its score at every moment of its life
# Each row uses only what its desk knew then. The same features, the same code, one order or a million.

# %%
dataset, history = history_of(settings)
champion = Registry(settings.home).champion().model
chronicle = history.chronicle
number = int(chronicle.order_number(np.array([order_id], dtype=object))[0])
rows = np.arange(chronicle.first[number], chronicle.last[number] + 1)
moments = rows[chronicle.is_moment[rows]]
frame = OrderFrame.at_positions(chronicle, moments)
columns = champion.features.compute(frame, Past.of(frame, history))
p = champion.probabilities(columns)
for place, row in enumerate(moments):
    when = from_micros(int(chronicle.known_at[row]))
    stage = STAGE_ORDER[int(columns["stage"][place])].zh
    print(
        f"{when:%m-%d %H:%M}  {chronicle.types[chronicle.type[row]]:14} {stage:4}  不满意 {p[place, 0]:.1%}"
    )

# %% [markdown]
# ## What moved it
# Contributions are log-odds against the mean; they add up to the difference between two moments exactly.

# %%
parts = champion.contributions(columns)
last = {name: values[-1] for name, values in parts.items()}
for name in sorted(last, key=lambda name: -abs(last[name]))[:10]:
    zh = champion.features[name].zh if name in champion.features.names else "诉求原文的用词"
    value = columns[name][-1]
    shown = f"{value:.2f}" if isinstance(value, float | np.floating) else "…" if name == "text" else value
    print(f"{last[name]:+.2f}  {zh}（{shown}）")

total = np.sum(list(parts.values()), axis=0)
same_stage = columns["stage"] == columns["stage"][-1]
gap = np.diff(total[same_stage]) - np.diff(champion.log_odds(columns)[same_stage])
assert np.allclose(gap, 0, atol=1e-6)

# %% [markdown]
# ## And if it had not been urged?
# A question to the model, not to the world: what is correlated with urging stays as it was. Whether doing
# something would help is another question, and needs another method.

# %%
changed = {name: values[-1:].copy() for name, values in columns.items()}
changed["times_urged"] = np.zeros(1)
print(f"as it is {p[-1, 0]:.1%}, never urged {champion.probabilities(changed)[0, 0]:.1%}")
