"""Reports and scores as people read them in a terminal, or as one JSON object."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console

from desk.answers import finite
from hotline.prediction import Prediction

if TYPE_CHECKING:
    from pipelines.promote import Promotion

#: How wide a line may be where nobody's terminal says so: in a pipe, a file, a log.
_PIPE_WIDTH = 150


def console() -> Console:
    """Stdout, wide enough for every table where it is no terminal."""
    out = Console(markup=False)
    return out if out.is_terminal else Console(markup=False, width=max(out.width, _PIPE_WIDTH))


def print_report(report: Mapping[str, Any], as_json: bool) -> None:
    """A backtest's figures."""
    if as_json:
        print(json.dumps(finite(report), ensure_ascii=False))
        return
    from rich.table import Table

    out = console()
    low, high = report["pooled_auc_ci"]
    out.print(
        f"{report['dataset']} · {report['protocol']} · {report['origins']} origin(s) · {report['model']} · "
        f"{report['n_orders']:,} orders judged, {report['base_rate']:.1%} of moments end dissatisfied"
    )
    out.print(
        f"AUC pooled {report['pooled_auc']:.3f} [{low:.3f}, {high:.3f}], weighted {report['weighted_auc']:.3f}; "
        f"logistic baseline {report['baseline']['pooled_auc']:.3f} / {report['baseline']['weighted_auc']:.3f}"
    )
    out.print(
        f"Brier {report['brier']:.3f} · ECE {report['ece']:.3f} · RPS {report['rps']:.3f} · "
        f"verdict: {report['verdict']}"
    )
    sets = report["prediction_set"]
    out.print(
        f"prediction sets: stated {sets['stated']:.0%}, held {sets['coverage']:.1%} of ratings, "
        f"{sets['coverage_dissatisfied']:.1%} of the dissatisfied, {sets['mean_size']:.2f} of 4 levels on average"
    )
    names = (
        "n",
        "base_rate",
        "auc",
        "baseline_auc",
        "average_precision",
        "brier",
        "ece",
        "ece_perfect_95",
        "recall_at_10pct",
        "lead_hours",
    )
    table = Table("stage", *names)
    for stage in report["stages"]:
        table.add_row(stage["stage"], *(_figure(stage[name]) for name in names))
    out.print(table)
    if report.get("handlers"):
        figures = [f"{name}_{metric}" for metric in ("brier", "auc") for name in ("human", "model", "blend")]
        table = Table(
            "stage", "score seen", "n", *figures, title="the handlers' own forecasts beside the model"
        )
        for row in report["handlers"]:
            table.add_row(
                row["stage"], row["score_seen"], f"{row['n']:,}", *(_figure(row[n]) for n in figures)
            )
        out.print(table)
    if "version" in report:
        out.print(f"registered as version {report['version']}, {report['alias']}; next: qingling promote")


def print_promotion(promotion: "Promotion", as_json: bool) -> None:
    """Every gate with its figures; the compared slices where promotion was refused."""
    verdict = promotion.verdict
    if as_json:
        told = {
            "version": promotion.version,
            "granted": promotion.granted,
            "gates": [asdict(gate) for gate in verdict.gates],
            "slices": [asdict(row) for row in verdict.slices],
        }
        print(json.dumps(finite(told), ensure_ascii=False))
        return
    for gate in verdict.gates:
        print(f"{'passed' if gate.passed else 'FAILED'}  {gate.name}: {gate.figures}")
    if not verdict.granted and verdict.slices:
        from rich.table import Table

        table = Table("slice", "rated", "challenger", "champion", "difference [95 %]", "Holm p", "")
        for row in verdict.slices:
            change = f"{row.challenger - row.champion:+.3f} [{row.low:+.3f}, {row.high:+.3f}]"
            figures = (f"{row.n:,}", f"{row.challenger:.3f}", f"{row.champion:.3f}", change)
            table.add_row(row.name, *figures, f"{row.p_worse:.3f}", "worse" if row.is_worse else "")
        console().print(table)
    if promotion.granted:
        print(f"version {promotion.version} is champion")
    else:
        print(f"version {promotion.version} was refused; --force --reason '...' overrides")


def print_prediction(prediction: Prediction) -> None:
    """One order's score with its reasons."""
    p = prediction.probabilities
    print(
        f"{prediction.order_id} · {prediction.stage.zh} · {prediction.as_of:%Y-%m-%d %H:%M} · {prediction.band.zh}"
    )
    print(
        f"不满意 {p[0]:.1%} · 一般 {p[1]:.1%} · 基本满意 {p[2]:.1%} · 满意 {p[3]:.1%} · 预计失分 {prediction.expected_loss:.2f}"
    )
    print(f"  应考虑到的评价：{'、'.join(level.zh for level in prediction.reckon_with)}")
    for reason in prediction.reasons:
        print(f"  {'↑ 使风险升高' if reason.raises else '↓ 使风险降低'}  {reason.zh}")


def print_predictions(predictions: Iterable[Prediction], total: int) -> None:
    """Open orders as a table, the riskiest first."""
    from rich.table import Column, Table

    order_id = Column("工单", no_wrap=True)
    table = Table(order_id, "阶段", "不满意", "预计失分", "处置", "主要原因", title=f"在办 {total:,} 件")
    for p in predictions:
        reason = p.reasons[0].zh if p.reasons and p.reasons[0].raises else ""
        table.add_row(
            p.order_id, p.stage.zh, f"{p.dissatisfied:.1%}", f"{p.expected_loss:.2f}", p.band.zh, reason
        )
    console().print(table)


def _figure(value: Any) -> str:
    if value is None or value != value:
        return "–"
    return f"{value:,}" if isinstance(value, int) else (f"{value:.0f}" if value >= 10 else f"{value:.3f}")
