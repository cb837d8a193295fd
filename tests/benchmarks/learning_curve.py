"""How much is learnt from how many orders of a simulated district: `make bench-curve`.

The last fifth of each district is judged; the best that anybody could do is that of its planted chances.
"""

import os

from models.backtest import Protocol
from pipelines.train import backtest_store
from tests.benchmarks.sets import district, quiet, scratch

SIZES = [
    int(n) for n in os.environ.get("QINGLING_SIZES", "500,1000,2000,5000,10000,20000,50000,200000").split(",")
]


def main() -> None:
    """Print one row a size, in markdown."""
    print(
        "| orders | learnt from | judged | model | pooled AUC [95 %] | logistic | Brier | ECE | closed: AUC |"
    )
    print("|" + "---|" * 9)
    for size in SIZES:
        with scratch() as folder:
            settings = district(size, folder)
            try:
                row = backtest_store(settings, 0.2, 1, Protocol.LABEL_HONEST, None, 0, quiet)
            except ValueError as error:
                print(f"| {size:,} | {error} |" + " |" * 7, flush=True)
                continue
            low, high = row["pooled_auc_ci"]
            closed = next(s["auc"] for s in row["stages"] if s["stage"] == "closed")
            print(
                f"| {size:,} | {row['train_orders']:,} | {row['n_orders']:,} | {row['model']} "
                f"| **{row['pooled_auc']:.3f}** [{low:.3f}, {high:.3f}] | {row['baseline']['pooled_auc']:.3f} "
                f"| {row['brier']:.4f} | {row['ece']:.3f} | {closed:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
