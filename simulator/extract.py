"""The ordinary files of a district's extract, written as the Pudong description reads them."""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from hotline.lifecycle import EventType
from hotline.satisfaction import LEVELS_ZH
from simulator import categories
from simulator.aftercare import Aftercare
from simulator.calls import Calls
from simulator.changes import Changes
from simulator.city import City
from simulator.clock import DAY, EXTRACT_AT, NEVER, stamps
from simulator.event_log import EventLog, Hands
from simulator.forecasts import Forecasts
from simulator.intake import PARTS, SOURCES, Intake
from simulator.journey import Journey
from simulator.names import STREETS

Column = Iterable[object]
_YES_NO = np.array(["否", "是"], dtype=object)
#: Looked up with −1 for “none”: the last place.
_YES_NO_NONE = np.array(["否", "是", ""], dtype=object)
_CONTACTED = np.array(["否", "是", "未评价"], dtype=object)
_RATINGS = np.array([*LEVELS_ZH, ""], dtype=object)
_VERDICTS = np.array(["解释说明", "实际解决", ""], dtype=object)
_CHANNELS = np.array(["短信", "电话"], dtype=object)
_EVENT_ZH = np.array([kind.zh for kind in EventType], dtype=object)


def write_table(path: Path, columns: dict[str, Column]) -> int:
    """Write columns under their headers, UTF-8 with a byte-order mark; returns the number of rows."""
    rows = list(zip(*columns.values(), strict=True))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return len(rows)


def order_numbers(intake: Intake) -> np.ndarray:
    """A number for each order: the day of its receipt and its place among all."""
    days = np.datetime_as_string((intake.received // DAY).astype("datetime64[D]"))
    return np.array([f"PD{d[:4]}{d[5:7]}{d[8:]}{n:06d}" for n, d in enumerate(days.tolist())], dtype=object)


def caller_numbers(rng: np.random.Generator, callers: int) -> np.ndarray:
    """A raw id for each caller: made-up numbers of a kind that no phone has, or a customer's number."""
    numbers = rng.permutation(callers) + 10_000_019
    is_customer = rng.random(callers) < 0.1
    pairs = zip(numbers.tolist(), is_customer.tolist(), strict=True)
    return np.array([f"C{n}" if c else f"100{n:08d}" for n, c in pairs], dtype=object)


def _dated_numbers(prefix: str, has_number: np.ndarray, is_known: np.ndarray) -> list[str]:
    return [f"{prefix}{n:06d}" if shown else "" for n, shown in enumerate((has_number & is_known).tolist())]


def write_orders(
    path: Path,
    city: City,
    intake: Intake,
    first: Journey,
    names: np.ndarray,
    callers: np.ndarray,
    texts: list[str],
) -> int:
    """工单.csv: every order as it was at intake; petition and case numbers once it is closed."""
    is_closed = first.closed <= EXTRACT_AT
    return write_table(
        path,
        {
            "工单编号": names,
            "来源": SOURCES[intake.source],
            "工单类型": categories.KINDS[intake.category],
            "类别": np.array(categories.NAMES, dtype=object)[intake.category],
            "诉求内容": texts,
            "来电人编号": callers[intake.caller],
            "小区": city.communities[intake.community],
            "街镇": np.array(STREETS, dtype=object)[city.street[intake.community]],
            "物业企业": city.companies[intake.company],
            "项目经理": city.managers[intake.manager],
            "部位": PARTS[intake.part],
            "受理时间": stamps(intake.received),
            "办理时限": stamps(intake.due),
            "信访编号": _dated_numbers("XF", intake.has_petition, is_closed),
            "诉讼编号": _dated_numbers("SS", intake.has_case, is_closed),
        },
    )


def write_events(path: Path, log: EventLog, names: np.ndarray, hands: Hands) -> int:
    """事件.csv: what happened, when, entered when and by whom."""
    return write_table(
        path,
        {
            "工单编号": names[log.order],
            "事件类型": _EVENT_ZH[log.type],
            "发生时间": stamps(log.happened),
            "录入时间": stamps(log.known),
            "经办人": hands.actors[log.actor],
            "经办部门": hands.groups[hands.group_of[log.actor]],
            "承诺完成时间": stamps(log.promised),
            "办结结论": _VERDICTS[log.is_resolved],
        },
    )


def write_changes(path: Path, city: City, changes: Changes, names: np.ndarray) -> int:
    """变更.csv: what changed after intake; empty where it stayed."""
    return write_table(
        path,
        {
            "工单编号": names[changes.order],
            "变更时间": stamps(changes.at),
            "物业企业": np.append(city.companies, "")[changes.company],
            "项目经理": np.append(city.managers, "")[changes.manager],
            "类别": np.array([*categories.NAMES, ""], dtype=object)[changes.category],
            "办理时限": stamps(changes.due),
        },
    )


def _callback_columns(journey: Journey, calls: Calls, by: str, names: np.ndarray) -> dict[str, list[object]]:
    rows = np.flatnonzero((calls.at < NEVER) & (calls.known <= EXTRACT_AT))
    return {
        "工单编号": names[journey.order[rows]].tolist(),
        "回访主体": [by] * len(rows),
        "回访时间": stamps(calls.at[rows]),
        "录入时间": stamps(calls.known[rows]),
        "渠道": _CHANNELS[calls.is_phone[rows].astype(int)].tolist(),
        "是否接通": _YES_NO[(calls.rating[rows] >= 0).astype(int)].tolist(),
        "评价": _RATINGS[calls.rating[rows]].tolist(),
        "是否解决": _YES_NO_NONE[calls.is_solved[rows]].tolist(),
        "是否先行联系": _CONTACTED[calls.is_contact_confirmed[rows]].tolist(),
    }


def write_callbacks(path: Path, rounds: list[tuple[Journey, Aftercare]], names: np.ndarray) -> int:
    """回访.csv: the calls of 962121 and of the city, answered or not."""
    parts = []
    for journey, care in rounds:
        parts.append(_callback_columns(journey, care.district, "962121", names))
        parts.append(_callback_columns(journey, care.city, "市热线办", names))
    return write_table(path, {header: [v for part in parts for v in part[header]] for header in parts[0]})


def write_forecasts(path: Path, forecasts: list[Forecasts], names: np.ndarray) -> int:
    """预判.csv: what handlers expected, and whether they had seen a model's figure."""
    order = np.concatenate([f.order for f in forecasts])
    return write_table(
        path,
        {
            "工单编号": names[order],
            "预判时间": stamps(np.concatenate([f.at for f in forecasts])),
            "预判评价": _RATINGS[np.concatenate([f.rating for f in forecasts])],
            "是否看过模型": _YES_NO[np.concatenate([f.has_seen_model for f in forecasts]).astype(int)],
        },
    )


def write_communities(path: Path, city: City) -> int:
    """小区.csv: the facts about each community."""
    return write_table(
        path,
        {
            "小区": city.communities,
            "是否成立业主大会": _YES_NO[city.has_assembly.astype(int)],
            "是否开通维修资金账户": _YES_NO[city.has_fund_account.astype(int)],
            "建成年份": city.year_built.tolist(),
            "户数": city.households.tolist(),
        },
    )
