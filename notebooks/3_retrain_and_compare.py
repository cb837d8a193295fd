# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Retrain and compare
# Train on what the store holds now, look at champion and challenger on the same later orders, and decide.
# The same from the command line: `qingling train`, `qingling promote`, `qingling rollback`.

# %%
import io

import pandas as pd

from desk.promotion.judged import JUDGED
from desk.promotion.judging import verdict_on
from desk.settings import load_settings
from models.judgement import Judgement
from models.metrics import auc, brier, recall_in_riskiest
from models.registry import Registry
from pipelines.train import Recipe, train

settings = load_settings()
registry = Registry(settings.home)
report = train(settings, Recipe(seed=1), progress=print)
print(f"version {report['version']}: AUC {report['pooled_auc']:.3f}, verdict {report['verdict']}")

# %% [markdown]
# ## What it was made of
# The same data, code, packages, seed and choice give the same model to the last digit:
# `qingling train --replay VERSION`.

# %%
for name in ("data_fingerprint", "code_version", "code_fingerprint", "lock_fingerprint"):
    print(f"{name:18} {report[name]}")

# %% [markdown]
# ## Every moment of the last fifth, as it was judged
# Kept with the run: orders, moments, what was said, what came. Enough for any figure that the report lacks.

# %%
kept = registry.file(report["version"], JUDGED)
assert kept is not None
judged = Judgement.from_frame(pd.read_parquet(io.BytesIO(kept)))
last = judged.take(judged.last)
truth = last.is_dissatisfied
for capacity in (0.05, 0.1, 0.2):
    print(
        f"the riskiest {capacity:.0%} hold {recall_in_riskiest(truth, last.dissatisfied, capacity):.0%} of 不满意"
    )
by_company = pd.DataFrame({"company": last.slices["company"], "bad": truth, "p": last.dissatisfied})
print(
    by_company.groupby("company")
    .agg(rated=("bad", "size"), came=("bad", "mean"), said=("p", "mean"))
    .round(3)
)

# %% [markdown]
# ## Beside the champion
# A paired bootstrap over the orders that neither had learnt from. The gates decide; look at the figures too.

# %%
verdict = verdict_on(settings, report["version"])
for gate in verdict.gates:
    print("passed" if gate.passed else "FAILED", gate.name, gate.figures, sep="  ")
print("would be promoted" if verdict.granted else "would be refused")
print(
    f"AUC {auc(truth, last.dissatisfied):.3f}, Brier {brier(truth, last.dissatisfied):.4f} at the last moment"
)
