"""The report in plain Chinese: figures, labels, and sentences that a manager can read."""

from collections.abc import Iterator

from desk.indicators import Figure
from desk.label_lag import LabelLag
from desk.month_forecast import MonthForecast
from desk.structural_causes import Cause
from hotline.calendar import from_micros
from hotline.indicators import Indicator, IndicatorRules, formulas_zh
from hotline.satisfaction import LEVELS_ZH

UNIT_ZH = {"street": "街镇", "company": "企业", "community": "小区", "manager": "项目经理"}


def percent(share: float | None) -> str:
    """A share as people read it; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f}%"


def interval(figure: Figure) -> str:
    """The interval of a figure."""
    return "–" if figure.low is None else f"{percent(figure.low)}–{percent(figure.high)}"


def day(at: int) -> str:
    """The day of a moment."""
    return f"{from_micros(at):%Y-%m-%d}"


def moment(at: int) -> str:
    """A moment to the minute."""
    return f"{from_micros(at):%Y-%m-%d %H:%M}"


def since(cause: Cause) -> str:
    """How many orders and since when."""
    return f"{cause.orders}件，最早{day(cause.since)}" if cause.since is not None else "–"


def lag_sentences(lag: LabelLag) -> Iterator[str]:
    """What has been heard of the period's closings so far."""
    whole = lag.whole
    if not whole.closed:
        yield "本期没有办结的热线工单。"
        return
    yield (
        f"本期办结{whole.closed:,}轮（维修、投诉合计），截至查询时点已回访{whole.called:,}轮"
        f"（{percent(whole.called / whole.closed)}），有评价{whole.rated:,}轮。"
    )
    if lag.median_days is not None and lag.most_days is not None:
        yield f"按以往间隔，办结后{lag.median_days:.0f}天内回访一半，{lag.most_days:.0f}天内回访九成半。"
    if whole.expected is not None and not whole.is_ripe:
        yield f"应有的回访估计只到了{percent(whole.expected)}，本期评价类指标还会变。"
    if lag.unripe:
        weeks = "、".join(
            f"{week.monday:%m-%d}起一周（约{percent(week.lag.expected)}）" for week in lag.unripe
        )
        yield f"尚不完整的办结周：{weeks}。"


def forecast_sentences(forecast: MonthForecast, rules: IndicatorRules) -> Iterator[str]:
    """What this month will come to, and what can still be done."""
    sure = f"{rules.interval:.0%}"
    yield (
        f"{from_micros(forecast.begin):%Y年%m月}（截至{moment(forecast.as_of)}）：已有评价{sum(forecast.rated):,}轮，"
        f"其中不满意{forecast.rated[0]:,}轮；待回访{forecast.closed:,}轮、在办{forecast.open:,}轮可能在月内得到评价，"
        f"连同尚未受理的，预计还有评价{forecast.to_come.expected:.0f}轮"
        f"（{sure}区间{forecast.to_come.low:.0f}–{forecast.to_come.high:.0f}）。"
    )
    if forecast.rate is None:
        yield "本月预计没有评价，不作预测。"
        return
    rate, bad = forecast.rate, forecast.bad
    yield f"预计全月满意率{percent(rate.expected)}，{sure}区间{percent(rate.low)}–{percent(rate.high)}。"
    yield f"预计全月不满意{bad.expected:.0f}轮，{sure}区间{bad.low:.0f}–{bad.high:.0f}。"
    yield _reach(forecast)
    if forecast.rehearsed < 3:
        yield f"可供试算的以往月份只有{forecast.rehearsed}个，区间较宽，仅供参考。"


def _reach(forecast: MonthForecast) -> str:
    target = percent(forecast.target)
    if forecast.is_out_of_reach:
        return f"本月已无法达到{target}：即使余下的全部满意，也只有{percent(forecast.best)}。"
    if forecast.needed == 0:
        return f"按预计，本月可达到{target}。"
    if forecast.needed is None:
        return (
            f"仅靠手上{forecast.within_reach:,}件可补救的工单（不含要街镇协调的结构性原因）全部转为满意，"
            f"预计仍达不到{target}。"
        )
    return f"要达到{target}，预计至少需把{forecast.needed:,}件工单转为满意，按可挽回的分数从大到小见清单。"


def settings_lines(rules: IndicatorRules) -> Iterator[tuple[str, str]]:
    """Formulas and settings in force, each a name and a text."""
    for indicator, text in formulas_zh(rules).items():
        target = rules.targets.get(indicator)
        yield indicator.zh, text + (f"目标{percent(target)}。" if target is not None else "未设目标。")
    weights = "、".join(f"{name}{weight:g}" for name, weight in zip(LEVELS_ZH, rules.weights, strict=True))
    yield "满意率权重", f"{weights}。"
    yield (
        "归期",
        (
            "回访类指标按回访结果录入系统的时间归期；办结按办结时间；时限类按时限到期的时间。"
            "每轮（受理或重新交办起算）各计一次，取本轮第一次有效回答。"
        ),
    )
    yield "时点", "只计查询时点已录入的内容；已更正撤回的不计。换一个时点，往月读数与当时一致。"
    yield "范围", "热线工单（12345、962121）；企业自接工单不计。归属以事情发生时的经手单位为准。"
    yield "数量不足", f"计数不足{rules.least}的不列数值。"
    yield (
        "参考值与区间",
        (
            f"数量少的单位向上一级靠拢：小区、项目经理、企业靠向所在街镇，街镇靠向全区；区间的可信程度为{rules.interval:.0%}。"
            "合计不靠拢。"
        ),
    )
    yield (
        "对照目标",
        (
            "区间整个低于目标的标“低于目标”，整个高于目标的标“高于目标”，其余“分不出”；目标为100%的，"
            "有一件未做到即“低于目标”，全部做到为“达到目标”。不作排名。"
        ),
    )
    yield (
        "完整",
        f"某周办结工单应有的回访估计到了{rules.ripe_share:.0%}以上才算完整；间隔按查询时点以前一年的实际估计。",
    )
    yield (
        "月度预测",
        (
            "一个月的评价，指官方回访结果在该月录入的各轮。预测由三部分合成：已有评价；待回访和在办工单的预判，乘以月内办结、"
            "回访并作评价的可能；尚未受理的，按以往月份同样剩余天数时的数量。以往六个月逐月试算，误差计入区间。"
        ),
    )
    yield "结构性原因", "只计在办工单：须用维修资金而小区无业主大会或无资金账户的，以及资金已申请未批的。"


#: The indicators in the order in which they are shown.
SHOWN = tuple(Indicator)
