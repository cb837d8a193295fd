"""Our AUCs on the open data sets beside the published and quick ones: `make bench-data`.

Each set is ingested by its description in examples/ into a home of its own, as a newcomer would.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

from desk.settings import Settings
from models.backtest import Protocol
from pipelines.ingest import ingest
from pipelines.train import backtest_store

_ROOT = Path(__file__).resolve().parents[2]

#: Published RF / XGB and a quick LightGBM, AUC per prefix length weighted by the number of prefixes; the
#: published Brier of a calibrated XGB; the most events looked at.
_LOGS: dict[str, tuple[str, str, str, int | None]] = {
    "production": (".668 / .674", ".703", ".24", None),
    "sepsis_1": (".396 / .348", ".399", "–", None),
    "sepsis_2": (".779 / .824", ".803", ".06", None),
    "bpic2012_accepted": (".668 / .673", ".692", ".21", None),
    "bpic2012_cancelled": (".706 / .693", ".701", ".15", None),
    "traffic_fines": (".646 / .645", ".674", "–", 10),
}
_OLIST = {"received": (".565", ".576"), "accepted": (".597", ".597"), "closed": (".631", ".620")}


def main() -> None:
    """Print both tables in markdown."""
    with tempfile.TemporaryDirectory() as folder:
        print("## Process logs\n")
        print("| log | protocol | test cases | base rate | model | weighted AUC | pooled AUC [95 %] ", end="")
        print(
            "| baseline weighted | published RF / XGB | quick LightGBM | Brier | published Brier | verdict | s |"
        )
        print("|" + "---|" * 14)
        for name, (published, quick, published_brier, most_events) in _LOGS.items():
            settings = _ingested(name, Path(folder))
            for protocol in (Protocol.AS_PUBLISHED, Protocol.LABEL_HONEST):
                row, seconds = _timed(settings, protocol, 1, most_events)
                low, high = row["pooled_auc_ci"]
                print(
                    f"| {name} | {protocol.value} | {row['n_orders']} | {row['base_rate']:.3f} | {row['model']} "
                    f"| **{row['weighted_auc']:.3f}** | {row['pooled_auc']:.3f} [{low:.3f}, {high:.3f}] "
                    f"| {row['baseline']['weighted_auc']:.3f} | {published} | {quick} "
                    f"| {row['brier']:.3f} | {published_brier} | {row['verdict']} | {seconds:.0f} |",
                    flush=True,
                )
        print("\n## Olist, label-honest\n")
        print(
            "| stage | last fifth: AUC [95 %] | baseline | average precision | ECE / a perfect model's 95th percentile ",
            end="",
        )
        print("| five origins: mean AUC | baseline | quick LightGBM | best of eleven |")
        print("|" + "---|" * 9)
        settings = _ingested("olist", Path(folder))
        last, _ = _timed(settings, Protocol.LABEL_HONEST, 1, None)
        rolling, _ = _timed(settings, Protocol.LABEL_HONEST, 5, None)
        for stage in last["stages"]:
            _print_stage(stage, rolling)
        for name, report in (("last fifth", last), ("five origins", rolling)):
            print(f"\nPrediction sets, {name}: {in_words(report['prediction_set'])}")


def _print_stage(stage: dict[str, Any], rolling: dict[str, Any]) -> None:
    name = stage["stage"]
    found = [origin["stages"][name] for origin in rolling["by_origin"]]
    ours, base = (sum(row[key] for row in found) / len(found) for key in ("auc", "baseline_auc"))
    quick, best = _OLIST.get(name, ("–", "–"))
    low, high = stage["auc_ci"]
    calibrated = f"{stage['ece']:.3f} / {stage['ece_perfect_95']:.3f}"
    print(
        f"| {name} | **{stage['auc']:.3f}** [{low:.3f}, {high:.3f}] | {stage['baseline_auc']:.3f} "
        f"| {stage['average_precision']:.3f} | {calibrated} | {ours:.3f} | {base:.3f} | {quick} | {best} |",
        flush=True,
    )


def in_words(found: dict[str, float]) -> str:
    """How often prediction sets held the rating that came."""
    return (
        f"stated {found['stated']:.0%}, held {found['coverage']:.1%} of ratings and "
        f"{found['coverage_dissatisfied']:.1%} of the dissatisfied with {found['mean_size']:.2f} levels"
    )


def _ingested(name: str, folder: Path) -> Settings:
    description = _ROOT / "examples" / f"{name}.toml"
    settings = Settings(home=folder / name, database_url=None, dataset=None)
    ingest(description, settings)
    return settings


def _timed(
    settings: Settings, protocol: Protocol, origins: int, most_events: int | None
) -> tuple[dict[str, Any], float]:
    began = time.monotonic()
    try:
        report = backtest_store(settings, 0.2, origins, protocol, most_events, 0, lambda step: None)
    except ValueError as error:
        report = _nothing(str(error))
    return report, time.monotonic() - began


def _nothing(reason: str) -> dict[str, Any]:
    nan = float("nan")
    figures = dict.fromkeys(("base_rate", "weighted_auc", "pooled_auc", "brier"), nan)
    return {
        "n_orders": 0,
        "model": "–",
        "pooled_auc_ci": [nan, nan],
        "baseline": {"weighted_auc": nan},
        "verdict": reason,
        **figures,
    }


if __name__ == "__main__":
    main()
