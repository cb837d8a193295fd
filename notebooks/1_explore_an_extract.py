# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Explore an extract
# What is in it, what the audit says before anything is learnt, how long ratings take to come.
# Put the path of your own description into `QINGLING_DESCRIPTION`; without it the demo's extract is read.

# %%
import os
from pathlib import Path

import numpy as np
import pandas as pd

from desk.settings import load_settings
from hotline.calendar import DAY
from hotline.satisfaction import LEVELS_ZH
from pipelines.audit import audit_extract

settings = load_settings()
description = Path(os.environ.get("QINGLING_DESCRIPTION", settings.home / "demo-extract" / "pudong.toml"))

# %% [markdown]
# ## Before training: what would leak, what is not ripe
# Severe findings stop a training until they are mended or acknowledged in the description.

# %%
for finding in audit_extract(description):
    print(f"{finding.severity.value:8} {finding.kind.value:24} {finding.column}")

# %% [markdown]
# ## What the store holds
# Times are microseconds since 1970 in UTC; callers are pseudonyms.

# %%
from pipelines.train import history_of

dataset, history = history_of(settings)
log = history.chronicle.log
print(f"{dataset}: {len(history.chronicle.order_ids):,} orders, {len(log.events):,} events")
print(log.events["type"].value_counts().to_string())

# %% [markdown]
# ## Ratings: which, of what, how late
# Whoever trains on every rated order keeps only the fast ones of the last weeks; that is why a training
# learns from whole cohorts, older than 95 % of the delays.

# %%
from features.labels import labels_of

labels = labels_of(history.chronicle)
received = history.chronicle.known_at[history.chronicle.first[labels.order]]
rounds = pd.DataFrame(
    {
        "rating": [LEVELS_ZH[level] for level in labels.rating],
        "days": (labels.known_at - received) / DAY,
        "month": pd.to_datetime(received * 1000, utc=True).tz_convert("Asia/Shanghai").strftime("%Y-%m"),
        "category": history.chronicle.field("category").at(labels.position, None),
    }
)
print(rounds["rating"].value_counts(normalize=True).round(3).to_string())
print("days from receipt to rating:", np.quantile(rounds["days"], [0.5, 0.8, 0.95]).round(1))

# %%
by_month = rounds.groupby("month")["rating"].agg(
    rated="size", dissatisfied=lambda r: (r == LEVELS_ZH[0]).mean()
)
print(by_month.round(3).to_string())

# %% [markdown]
# ## Where it goes wrong
# A share of few orders says little: the interval (Wilson, 95 %) stands beside it.


# %%
def wilson(hits: int, n: int) -> tuple[float, float]:
    """The interval in which a share lies that was seen `hits` times in `n`."""
    z, p = 1.96, hits / n
    middle, spread = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)


for category, part in rounds.groupby("category"):
    bad = int((part["rating"] == LEVELS_ZH[0]).sum())
    low, high = wilson(bad, len(part))
    print(f"{category:8} {len(part):6,} rated  {bad / len(part):.1%} [{low:.1%}, {high:.1%}]")
