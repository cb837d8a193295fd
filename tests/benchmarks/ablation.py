"""What each family of features adds, by leaving it out: `make bench-ablation`.

Seeds of the simulator are drawn anew for every row, so the spread between them shows what is noise.
"""

import os

import numpy as np

from features.catalogue import FEATURES, FeatureSet
from models.backtest import Protocol
from pipelines.train import backtest_store
from tests.benchmarks.sets import district, open_set, quiet, scratch

ORDERS = int(os.environ.get("QINGLING_BENCH_ORDERS", "20000"))
SEEDS = (1, 2, 3)


def main() -> None:
    """Print one row a family, in markdown: pooled AUC and RPS without it, against everything."""
    families = FeatureSet(FEATURES).families
    with scratch() as folder:
        homes = [district(ORDERS, folder / str(seed), seed) for seed in SEEDS]
        whole = [_figures(home, ()) for home in homes]
        print(
            f"{len(SEEDS)} districts of {ORDERS:,} orders; everything: AUC {_list(whole, 0)}, RPS {_list(whole, 1)}\n"
        )
        _print(families, homes, whole)
        try:
            olist = open_set("olist", folder)
        except Exception as error:  # the open data is not on every machine
            print(f"\nOlist left out: {error}")
            return
        base = [_figures(olist, (), origins=5)]
        print(f"\nOlist, five origins; everything: AUC {_list(base, 0)}, RPS {_list(base, 1)}\n")
        _print((*families, "attributes"), [olist], base, origins=5)


def _print(families: tuple[str, ...], homes: list, whole: list, origins: int = 1) -> None:  # type: ignore[type-arg]
    print("| left out | AUC lost, mean | each | RPS gained, mean |\n|---|---|---|---|")
    for family in families:
        left = [_figures(home, (family,), origins) for home in homes]
        lost = np.array([a[0] - b[0] for a, b in zip(whole, left, strict=True)])
        gained = np.array([b[1] - a[1] for a, b in zip(whole, left, strict=True)])
        each = " ".join(f"{value:+.4f}" for value in lost)
        print(f"| {family} | {lost.mean():+.4f} | {each} | {gained.mean():+.5f} |", flush=True)


def _figures(home, without: tuple[str, ...], origins: int = 1) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    row = backtest_store(home, 0.2, origins, Protocol.LABEL_HONEST, None, 0, quiet, without)
    return row["pooled_auc"], row["rps"]


def _list(rows: list, place: int) -> str:  # type: ignore[type-arg]
    return ", ".join(f"{row[place]:.4f}" for row in rows)


if __name__ == "__main__":
    main()
