"""Simulated orders live the life that the hotline describes."""

import pandas as pd
import pytest

from simulator.categories import CATEGORIES
from simulator.clock import EXTRACT_AT, FIRST_RECEIPT
from tests.simulator.conftest import Extract

EXTRACT = pd.Timestamp(EXTRACT_AT, unit="s")


def test_nothing_is_entered_before_it_happened_nor_after_the_extract(extract: Extract) -> None:
    for table in (extract.events, extract.callbacks):
        happened = table["发生时间"] if "发生时间" in table else table["回访时间"]
        assert (table["录入时间"] >= happened).all()
        assert table["录入时间"].max() <= EXTRACT
    assert extract.changes["变更时间"].max() <= EXTRACT
    assert extract.forecasts["预判时间"].max() <= EXTRACT
    assert extract.orders["受理时间"].between(pd.Timestamp(FIRST_RECEIPT, unit="s"), EXTRACT).all()


def test_some_field_work_is_entered_hours_later(extract: Extract) -> None:
    lag = extract.events["录入时间"] - extract.events["发生时间"]
    assert 0.001 < (lag > pd.Timedelta(hours=2)).mean() < 0.1


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("派单", "接单"),
        ("接单", "先行联系"),
        ("先行联系", "现场核实"),
        ("现场核实", "办结"),
        ("办结", "企业回访"),
    ],
)
def test_milestones_follow_each_other(extract: Extract, earlier: str, later: str) -> None:
    pair = pd.concat([extract.first(earlier), extract.first(later)], axis=1, keys=["a", "b"]).dropna()
    pair = pair.drop(extract.first("重新交办").index, errors="ignore")
    assert len(pair) > 500
    assert (pair["a"] <= pair["b"]).all()


def test_no_event_precedes_the_receipt(extract: Extract) -> None:
    received = extract.events["工单编号"].map(extract.orders.set_index("工单编号")["受理时间"])
    assert (extract.events["发生时间"] >= received).all()


def test_the_last_weeks_hold_open_orders_and_the_first_months_none(extract: Extract) -> None:
    is_open = ~extract.orders["工单编号"].isin(extract.first("办结").index)
    assert 20 <= is_open.sum() <= 300
    assert is_open[extract.orders["受理时间"] < EXTRACT - pd.Timedelta(days=200)].sum() == 0
    assert is_open[extract.orders["受理时间"] > EXTRACT - pd.Timedelta(days=2)].mean() > 0.5


def test_a_return_is_followed_by_another_dispatch(extract: Extract) -> None:
    counts = extract.events.groupby(["工单编号", "事件类型"]).size().unstack(fill_value=0)
    returned = counts[(counts["退单"] > 0) & (counts["接单"] > 0)]
    assert 0.04 < len(returned) / len(counts) < 0.15
    assert (returned["派单"] == returned["退单"] + 1).all()


def test_misaddressed_orders_get_another_firm_at_their_second_dispatch(extract: Extract) -> None:
    moved = extract.changes.dropna(subset="物业企业").drop_duplicates("工单编号")
    moved = moved[moved["工单编号"].isin(extract.first("退单").index)]
    first_firm = moved["工单编号"].map(extract.orders.set_index("工单编号")["物业企业"])
    assert len(moved) > 50
    assert (first_firm != moved["物业企业"]).mean() > 0.95


def test_deadlines_categories_and_managers_change_on_the_way(extract: Extract) -> None:
    assert extract.changes[["物业企业", "项目经理", "类别", "办理时限"]].notna().sum().min() > 20
    later = extract.changes.dropna(subset="办理时限")
    first = later["工单编号"].map(extract.orders.set_index("工单编号")["办理时限"])
    assert (later["办理时限"] > first).all()


def test_every_order_is_closed_by_the_manager_whom_the_files_name(extract: Extract) -> None:
    closings = extract.events[extract.events["事件类型"] == "办结"].sort_values("发生时间")
    handovers = extract.changes.dropna(subset="项目经理").sort_values("变更时间")
    joined = pd.merge_asof(
        closings, handovers, by="工单编号", left_on="发生时间", right_on="变更时间", suffixes=("", "_变更")
    )
    at_intake = joined["工单编号"].map(extract.orders.set_index("工单编号")["项目经理"])
    assert joined["项目经理"].notna().sum() > 100
    assert (joined["项目经理"].fillna(at_intake) == joined["经办人"]).all()


def test_communities_change_hands_while_their_orders_are_open(extract: Extract) -> None:
    handovers = extract.changes.dropna(subset="项目经理")
    redirected = handovers["工单编号"].isin(extract.first("退单").index)
    assert (~redirected).sum() > 5


def test_promised_dates_are_kept_and_broken(extract: Extract) -> None:
    delays = extract.events[extract.events["事件类型"] == "延期告知"].drop_duplicates("工单编号")
    closed = delays["工单编号"].map(extract.first("办结")).dropna()
    broken = (closed > delays["承诺完成时间"].loc[closed.index]).mean()
    assert 0.15 < broken < 0.45


def test_every_kind_of_event_happens(extract: Extract) -> None:
    expected = (
        "派单 退单 接单 先行联系 现场核实 维修 延期告知 原因消除 上报 特约维修 资金申请 资金批准 催办 督办"
    )
    expected += " 解释说明 整改 办结 企业回访 重新交办 归档"
    counts = extract.events["事件类型"].value_counts()
    assert set(counts.index) == set(expected.split())
    assert counts.min() >= 30
    assert 5.5 < len(extract.events) / len(extract.orders) < 7.0


def test_no_fund_is_approved_where_there_is_no_assembly_or_no_account(extract: Extract) -> None:
    facts = extract.communities.set_index("小区")
    is_blocked = (facts["是否成立业主大会"] == "否") | (facts["是否开通维修资金账户"] == "否")
    community = extract.orders.set_index("工单编号")["小区"]
    asked, approved = (is_blocked[community[extract.first(kind).index]] for kind in ("资金申请", "资金批准"))
    assert asked.sum() > 50
    assert approved.sum() == 0


def test_work_rests_at_night_on_weekends_and_holidays_but_urgent_repairs_do_not(extract: Extract) -> None:
    urgent = {category.name for category in CATEGORIES if category.is_urgent}
    filed = extract.orders.set_index("工单编号")["类别"]
    refiled = extract.changes.dropna(subset="类别")["工单编号"]
    events = extract.events[
        (extract.events["事件类型"] == "接单") & ~extract.events["工单编号"].isin(refiled)
    ]
    is_urgent = events["工单编号"].map(filed).isin(urgent)
    when = events["发生时间"]
    national_holiday = when.between("2025-10-01", "2025-10-08")
    at_night = ~when.dt.hour.between(9, 17)
    assert (at_night & ~is_urgent).sum() == 0
    assert at_night[is_urgent].mean() > 0.1
    assert (national_holiday & ~is_urgent).sum() == 0
    assert (national_holiday & is_urgent).sum() > 0


def test_a_redispatch_opens_a_second_round_with_its_own_closing_and_callback(extract: Extract) -> None:
    back = extract.first("重新交办")
    back = back[back < EXTRACT - pd.Timedelta(days=60)]
    closings = extract.events[extract.events["事件类型"] == "办结"].groupby("工单编号").size()
    calls = extract.rounds().groupby("工单编号").size()
    assert len(back) > 50
    assert (closings[back.index] == 2).mean() > 0.97
    assert (calls.reindex(back.index) == 2).mean() > 0.85


def test_only_what_ended_badly_is_redispatched(extract: Extract) -> None:
    first = extract.rounds().query("轮次 == 1").set_index("工单编号").loc[extract.first("重新交办").index]
    assert ((first["评价"] == "不满意") | (first["是否解决"] == "否")).all()
    assert (first["录入时间"] <= extract.first("重新交办")).all()


def test_orders_of_the_firms_own_desk_are_never_called_back(extract: Extract) -> None:
    own = extract.orders[extract.orders["来源"] == "企业自接"]["工单编号"]
    assert 0.07 < len(own) / len(extract.orders) < 0.13
    assert not extract.callbacks["工单编号"].isin(own).any()


def test_962121_calls_before_the_city_and_the_city_days_after_closing(extract: Extract) -> None:
    again = extract.callbacks["工单编号"].isin(extract.first("重新交办").index)
    at = extract.callbacks[~again].pivot_table(index="工单编号", columns="回访主体", values="回访时间")
    both = at.dropna()
    assert len(both) > 300
    assert (both["962121"] < both["市热线办"]).all()
    wait = at["市热线办"].dropna() - extract.first("办结")
    assert pd.Timedelta(days=5) < wait.median() < pd.Timedelta(days=14)


def test_who_answers_depends_on_what_can_be_seen(extract: Extract) -> None:
    share = (extract.callbacks["是否接通"] == "是").groupby(extract.callbacks["渠道"]).mean()
    assert 0.04 < share["电话"] - share["短信"] < 0.14


def test_the_same_matter_comes_a_third_time(extract: Extract) -> None:
    by_matter = extract.orders.groupby(["来电人编号", "类别"])["受理时间"].agg(["size", "min", "max"])
    thrice = (by_matter["size"] >= 3) & (by_matter["max"] - by_matter["min"] < pd.Timedelta(days=180))
    assert thrice.sum() > 50


def test_neighbours_call_about_one_incident_within_hours(extract: Extract) -> None:
    received = extract.orders.sort_values("受理时间").groupby(["小区", "类别"])["受理时间"]
    burst = received.diff(3) < pd.Timedelta(hours=6)
    callers = extract.orders.loc[burst[burst].index, "来电人编号"].nunique()
    assert burst.sum() > 30
    assert callers > 25


def test_rain_brings_leaks(extract: Extract) -> None:
    is_leak = extract.orders["类别"].isin(["屋面渗漏", "外墙渗漏"])
    month = extract.orders["受理时间"].dt.month
    assert is_leak[month.isin([6, 7, 9])].mean() > 1.5 * is_leak[month.isin([12, 1, 2])].mean()
