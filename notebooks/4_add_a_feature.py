# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Add a feature in ten minutes
# A feature is one function: what it asks for, it can see; what it cannot ask for, it cannot leak.

# %%
import numpy as np

from desk.settings import load_settings
from features.catalogue import feature_set
from features.definition import FeatureSet, Hours, feature
from features.frame import OrderFrame
from features.history import Past
from features.training_set import examples_of
from hotline.calendar import HOUR
from models.backtest import backtest
from pipelines.train import history_of

settings = load_settings()
dataset, history = history_of(settings)

# %% [markdown]
# ## 1. Define it
# `zh` is what a manager reads in a reason; `moved_by` names the event that must change it, and a test of the
# catalogue does so. The return type says how it is read.


# %%
@feature("两次催办之间的小时数", moved_by="type:urged")
def hours_between_urgings(orders: OrderFrame) -> Hours:
    """Mean hours between the order's urgings; NaN with fewer than two."""
    urged = orders.own("urged")
    hours = (urged.known_at_last - urged.known_at_first) / HOUR
    return np.where(urged.count > 1, hours / np.maximum(urged.count - 1, 1), np.nan)


# %% [markdown]
# ## 2. Does it keep the promises?
# One order alone gives what it gives among all; what comes later changes nothing.

# %%
frame = examples_of(history.chronicle).frame
everything = hours_between_urgings.column(frame, Past.of(frame, history))
for row in np.flatnonzero(~np.isnan(everything))[:20]:
    alone = frame.take(np.array([row]))
    assert hours_between_urgings.column(alone, Past.of(alone, history))[0] == everything[row]
print(
    f"told for {np.mean(~np.isnan(everything)):.1%} of moments, median {np.nanmedian(everything):.1f} hours"
)

# %% [markdown]
# ## 3. What does it add?
# Two backtests on the same window. A gain within the interval is no gain.

# %%
features = feature_set(history.chronicle.log)
without = backtest(history, features, dataset)
with_it = backtest(history, FeatureSet((*features.features, hours_between_urgings)), dataset)
low, high = without["pooled_auc_ci"]
print(f"AUC {without['pooled_auc']:.4f} [{low:.4f}, {high:.4f}] without, {with_it['pooled_auc']:.4f} with it")

# %% [markdown]
# ## 4. Keep it
# Put the function into its room (`features/journey.py`), run `make docs test`, train, promote. The model
# remembers the code of its features: an older champion says that it must be trained again.
