"""What the model page shows: the champion, a candidate beside it, whether it may take over, and what was done so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from desk.promotion.judging import Reigning, reigning_of
from desk.promotion.kept_verdicts import compare_in_background, kept_verdict
from desk.promotion.proposals import Proposal, fresh_promotion, open_proposal
from desk.promotion.versions import Version, page_of, version_of
from desk.promotion.words import figure
from desk.settings import Settings
from hotline.calendar import SHANGHAI, from_micros
from models.changes import Change, ChangeKind, ChangesFile
from models.registry import Registered, Registry
from models.tracking import Listed, listed

#: So many versions are listed; older ones are reached by their number.
MOST_LISTED = 20


@dataclass(frozen=True)
class Side:
    """A model as the page tells of it: `lines` are names and values."""

    version: str
    lines: tuple[tuple[str, str], ...]
    card: Mapping[str, Any] | None
    report: Mapping[str, Any]
    has_card: bool = False

    @property
    def stages(self) -> list[Mapping[str, Any]]:
        """The figures of each stage, of this model alone."""
        return list(self.report.get("stages", ()))


@dataclass(frozen=True)
class ModelView:
    """Everything of the page that is about models.

    reigning : what the champion's file says
    champion : the same in words; None where nothing serves
    candidate: the version that is looked at beside it; None where there is none
    found    : what comparing them found; None while they are compared
    decided  : what comparing the champion with the one before it had found, where it was promoted lately
    before   : the version that a rollback would bring back
    unknown  : the version that was asked for, where there is none such
    """

    reigning: Reigning
    champion: Side | None
    candidate: Side | None
    is_challenger: bool
    found: Mapping[str, Any] | None
    decided: Mapping[str, Any] | None
    versions: tuple[Version, ...]
    older: int
    changes: tuple[Change, ...]
    proposal: Proposal | None
    fresh: Change | None
    before: Side | None
    served: frozenset[str]
    unknown: str | None

    @property
    def name(self) -> str:
        """What the candidate is called."""
        return "挑战者" if self.is_challenger else "候选"

    @property
    def refusal(self) -> Change | None:
        """The refusal of the candidate, where nothing was done since."""
        last = self.changes[-1] if self.changes else None
        is_its = last and self.candidate and last.version == self.candidate.version
        return last if last and is_its and last.kind is ChangeKind.REFUSED else None

    @property
    def shown(self) -> Mapping[str, Any] | None:
        """The comparison to be drawn: of the candidate, else the one by which the champion was promoted lately."""
        told = self.found if self.candidate else self.decided
        return told if told and told["figures"] else None

    @property
    def names(self) -> tuple[str, str]:
        """What the two models of that comparison are called, the newer first."""
        if self.candidate or self.fresh is None:
            return self.name, "现用"
        return f"第{self.fresh.version}版", f"第{self.fresh.before}版"

    @property
    def is_waiting(self) -> bool:
        """Whether two models are being compared."""
        return self.candidate is not None and self.found is None


def model_view(settings: Settings, version: str | None, now: datetime) -> ModelView:
    """The models of a home as they stand; `version` is looked at instead of the challenger.

    QinglingError where the record or the list of models cannot be read. Models that were not compared yet are
    compared from now on.
    """
    home, registry = settings.home, Registry(settings.home)
    registry.settle()
    reigning, serving, changes = reigning_of(registry), registry.serving(), ChangesFile(home).read()
    rows = listed(home)
    by_version = {row.version: row for row in rows}
    is_known = version in by_version or version in (None, reigning.version)
    challenger = next((row.version for row in rows if row.is_challenger), None)
    wanted = version if version and is_known else challenger
    chosen = by_version.get(wanted) if wanted and wanted != reigning.version else None
    found = None
    if chosen:
        found = kept_verdict(settings, chosen.version, reigning.compared)
        if found is None:
            compare_in_background(settings, chosen.version, reigning.compared)
    earlier = list(serving["before"]) if serving else []
    fresh = fresh_promotion(changes, reigning.version, now)
    return ModelView(
        reigning=reigning,
        champion=_champion(home, reigning, by_version),
        candidate=_side(home, version_of(home, chosen)) if chosen else None,
        is_challenger=bool(chosen and chosen.is_challenger),
        found=found,
        decided=kept_verdict(settings, fresh.version, fresh.before) if fresh and fresh.before else None,
        versions=tuple(version_of(home, row) for row in rows[:MOST_LISTED]),
        older=max(0, len(rows) - MOST_LISTED),
        changes=changes,
        proposal=open_proposal(changes, reigning.version),
        fresh=fresh,
        before=_side(home, version_of(home, by_version[earlier[-1]]))
        if earlier and earlier[-1] in by_version
        else None,
        served=frozenset(earlier),
        unknown=None if is_known else version,
    )


def _champion(home: Path, reigning: Reigning, rows: Mapping[str, Listed]) -> Side | None:
    if reigning.version is None:
        return None
    if reigning.version in rows:
        return _side(home, version_of(home, rows[reigning.version]))
    if reigning.champion is None:
        return Side(reigning.version, (), None, {})
    return _from_file(home, reigning.champion)


def _side(home: Path, found: Version) -> Side:
    card, report, made = found.card, found.report, found.listed.made_at.astimezone(SHANGHAI)
    lines = [("训练于", f"{made:%Y-%m-%d %H:%M}")]
    if card:
        span, test, made_of = card["span"], card["test"], card["made_of"]
        lines += [
            ("学习了", f"{span['orders']:,}件有评价的工单，不满意{span['dissatisfied']:,}次"),
            ("受理于", f"{span['first']} 至 {span['last']}"),
            ("检验用", f"{test['orders']:,}件更晚的工单，不满意{test['dissatisfied']:,}次"),
            ("方法", card["model"]),
            ("代码", f"{_short(made_of.get('code_version'))} · {_short(made_of.get('code_fingerprint'))}"),
            ("数据指纹", _short(made_of.get("data_fingerprint"))),
        ]
    elif "train_orders" in report:
        lines.append(("学习了", f"{report['train_orders']:,}件有评价的工单"))
    return Side(
        found.version,
        (*lines, *_told(report)),
        card,
        report,
        card is not None or page_of(home, found.version).is_file(),
    )


def _from_file(home: Path, champion: Registered) -> Side:
    """A champion that the list of models does not have, as its own file tells of it."""
    span = champion.model.span
    first, last = (
        from_micros(at).astimezone(SHANGHAI) for at in (span.first_received_at, span.last_received_at)
    )
    lines = (
        ("学习了", f"{span.orders:,}件有评价的工单，不满意{span.dissatisfied:,}次"),
        ("受理于", f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}"),
    )
    has_card = page_of(home, champion.version).is_file()
    return Side(champion.version, (*lines, *_told(champion.report)), None, champion.report, has_card)


def _told(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    if not report:
        return [("结论", "训练时的各项数字缺失")]
    lines = [("结论", "有预测信号" if report.get("verdict") == "signal" else "没有可用的预测信号")]
    if report.get("pooled_auc") is not None:
        low, high = report.get("pooled_auc_ci") or (None, None)
        interval = f"（95%区间{figure(low)}到{figure(high)}）" if low is not None else ""
        lines.append(("排序能力", f"AUC {figure(report['pooled_auc'])}{interval}"))
    return lines


def _short(word: Any) -> str:
    """The beginning of a fingerprint."""
    return str(word)[:12] if word else "没有记下"
