"""The planted truth is as documented, and what is written lets it be found again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator import behaviour, chance, themes
from simulator.chinese_text import compose_texts
from simulator.city import COMPANIES, build_city
from simulator.clock import EXTRACT_AT, FIRST_RECEIPT, work_clock
from simulator.generate import live
from simulator.intake import take_in
from tests.simulator.conftest import Extract


def auc(score: pd.Series, is_positive: pd.Series) -> float:
    """The chance that a positive scores above a negative."""
    rank = score.rank()
    positives, negatives = is_positive.sum(), (~is_positive).sum()
    return (rank[is_positive].sum() - positives * (positives + 1) / 2) / (positives * negatives)


def test_one_in_seven_of_the_rated_is_dissatisfied(extract: Extract) -> None:
    assert 0.12 < (extract.rated()["评价"] == "不满意").mean() < 0.18


def test_about_a_third_of_closed_hotline_orders_are_rated(extract: Extract) -> None:
    hotline = extract.orders[extract.orders["来源"] != "企业自接"]["工单编号"]
    closed = hotline[hotline.isin(extract.first("办结").index)]
    assert 0.32 < extract.rated()["工单编号"].nunique() / len(closed) < 0.39


def test_knowing_everything_ranks_better_than_what_can_be_observed(extract: Extract) -> None:
    rated = extract.rated()
    is_dissatisfied = rated["评价"] == "不满意"
    full, observable = auc(rated["p_full"], is_dissatisfied), auc(rated["p_observable"], is_dissatisfied)
    assert 0.76 < observable < 0.85
    assert 0.85 < full < 0.93
    assert observable + 0.04 < full


@pytest.mark.parametrize("column", ["p_full", "p_observable"])
def test_the_truth_is_calibrated(extract: Extract, column: str) -> None:
    rated = extract.rated()
    is_dissatisfied = rated["评价"] == "不满意"
    by_fifth = pd.DataFrame({"p": rated[column], "y": is_dissatisfied}).groupby(pd.qcut(rated[column], 5))
    error = (by_fifth["p"].mean() - by_fifth["y"].mean()).abs()
    spread = np.sqrt(by_fifth["p"].mean() * (1 - by_fifth["p"].mean()) / by_fifth.size())
    assert (error < 4 * spread + 0.002).all()


def test_second_rounds_are_judged_with_what_the_first_one_heard(extract: Extract) -> None:
    second = extract.truth.query("轮次 == 2")
    first = extract.truth.query("轮次 == 1")
    assert second["p_full"].mean() > first["p_full"].mean() + 0.08
    assert second["p_observable"].mean() == pytest.approx(second["p_full"].mean(), abs=0.05)


def test_every_order_and_round_has_its_truth(extract: Extract) -> None:
    counted = extract.truth.groupby("轮次").size()
    assert counted.to_dict() == {1: extract.written.orders, 2: extract.written.redispatched}
    assert extract.truth[["p_full", "p_observable"]].stack().between(0, 1).all()


def test_the_average_over_the_hidden_is_the_average_of_many_draws() -> None:
    score = np.array([1.0, 3.0, 5.0])
    hidden = np.random.default_rng(1).normal(0, chance.HIDDEN_SPREAD, (400_000, 1))
    drawn = chance.chance_at_most(score + hidden, 0).mean(axis=0)
    assert np.allclose(chance.observable_chance(score), drawn, atol=0.002)


def test_an_earlier_rating_moves_the_observable_chance_as_bayes_says() -> None:
    rng = np.random.default_rng(2)
    hidden = rng.normal(0, chance.HIDDEN_SPREAD, 1_000_000)
    earlier = chance.draw_ratings(rng, 3.0 + hidden)
    later = chance.draw_ratings(rng, 2.5 + hidden)
    for rating in range(4):
        evidence = chance.Evidence(np.array([3.0]), np.array([rating]))
        counted = (later[earlier == rating] == 0).mean()
        assert chance.observable_chance(np.array([2.5]), (evidence,))[0] == pytest.approx(counted, abs=0.01)


def test_no_earlier_rating_moves_nothing() -> None:
    score = np.array([2.5])
    evidence = chance.Evidence(score, np.array([chance.NO_RATING]))
    assert chance.observable_chance(score, (evidence,)) == pytest.approx(chance.observable_chance(score))


def test_speed_weighs_more_than_outcome_as_51_to_28() -> None:
    clock = work_clock()
    city = build_city(np.random.default_rng([1, 0]), 20_000)
    intake = take_in(np.random.default_rng([1, 1]), city, clock, 20_000)
    (_, care), _ = live(np.random.default_rng([1, 2]), city, clock, intake)
    scores = behaviour.group_scores(care.columns)
    rated = care.city.rating >= 0
    ratio = scores[behaviour.SPEED][rated].std() / scores[behaviour.OUTCOME][rated].std()
    assert ratio == pytest.approx(51 / 28, abs=0.2)


def test_a_broken_promise_a_breached_deadline_and_returns_raise_dissatisfaction(extract: Extract) -> None:
    rated = extract.rated().query("轮次 == 1").set_index("工单编号")
    is_dissatisfied = rated["评价"] == "不满意"
    closed = extract.first("办结")
    promised = extract.events.groupby("工单编号")["承诺完成时间"].max()
    is_broken = (closed > promised.reindex(closed.index)).reindex(rated.index, fill_value=False)
    due = extract.orders.set_index("工单编号")["办理时限"]
    is_late = (closed > due.reindex(closed.index)).reindex(rated.index)
    is_returned = rated.index.isin(extract.first("退单").index)
    assert is_dissatisfied[is_broken].mean() > is_dissatisfied[~is_broken].mean() + 0.1
    assert is_dissatisfied[is_late].mean() > is_dissatisfied[~is_late].mean() + 0.1
    assert is_dissatisfied[is_returned].mean() > is_dissatisfied[~is_returned].mean()


def test_stepping_in_helps_repairs_most_and_structural_blocks_not_at_all(extract: Extract) -> None:
    orders = extract.orders.set_index("工单编号")
    facts = extract.communities.set_index("小区")
    is_unfunded = (facts["是否成立业主大会"] == "否") | (facts["是否开通维修资金账户"] == "否")
    truth = (
        extract.truth.query("轮次 == 1")
        .set_index("工单编号")
        .assign(
            kind=orders["工单类型"],
            is_service=orders["类别"].isin(["维修不及时", "修理不到位", "服务态度"]),
            is_structural=orders["小区"].map(is_unfunded)
            & orders.index.isin(extract.first("资金申请").index),
        )
    )
    known = orders.index.isin(extract.first("办结").index) & ~orders.index.isin(extract.first("整改").index)
    truth = truth[known & ~orders.index.isin(extract.changes.dropna(subset="类别")["工单编号"])]
    relative = truth["put_right_effect"] / truth["p_observable"]
    is_repair = truth["kind"] == "维修"
    repair = relative[~truth["is_structural"] & is_repair].mean()
    service = relative[~truth["is_structural"] & truth["is_service"]].mean()
    other = relative[~truth["is_structural"] & ~is_repair & ~truth["is_service"]].mean()
    assert repair < service - 0.1 < other - 0.2 < -0.2
    assert truth["is_structural"].sum() > 50
    assert (truth.loc[truth["is_structural"], "put_right_effect"] == 0).all()


def test_stepping_in_happens_more_where_962121_heard_dissatisfaction(extract: Extract) -> None:
    district = extract.callbacks[extract.callbacks["回访主体"] == "962121"].dropna(subset="评价")
    district = district.drop_duplicates("工单编号").set_index("工单编号")["评价"]
    is_put_right = pd.Series(district.index.isin(extract.first("整改").index), district.index)
    heard_bad = district == "不满意"
    assert is_put_right[heard_bad].mean() > is_put_right[~heard_bad].mean() + 0.15


def test_words_say_what_columns_do_not(extract: Extract) -> None:
    rated = extract.rated().merge(extract.orders[["工单编号", "诉求内容"]], on="工单编号")
    is_dissatisfied = rated["评价"] == "不满意"
    by_theme = {t.name: rated["诉求内容"].str.contains("|".join(t.phrases)) for t in themes.THEMES}
    harsh = by_theme["threat"] | by_theme["rude_staff"] | by_theme["many_reports"]
    kind = by_theme["mild"] | by_theme["polite"]
    assert is_dissatisfied[harsh].mean() > is_dissatisfied[~harsh].mean() + 0.04
    assert is_dissatisfied[kind].mean() < is_dissatisfied[~kind].mean() - 0.04


def test_every_phrase_is_used_by_fifty_callers_among_twenty_thousand_orders() -> None:
    clock = work_clock()
    city = build_city(np.random.default_rng([5, 0]), 20_000)
    intake = take_in(np.random.default_rng([5, 1]), city, clock, 20_000)
    texts = compose_texts(np.random.default_rng([5, 3]), intake.true_category, intake.themes)
    said = pd.DataFrame({"caller": intake.caller, "text": texts})
    for theme in themes.THEMES:
        for phrase in theme.phrases:
            callers = said.loc[said["text"].str.contains(phrase, regex=False), "caller"].nunique()
            assert callers >= 50, phrase


def test_a_mild_caller_does_not_threaten(extract: Extract) -> None:
    mild, threat = (themes.THEMES[themes.THEME_NAMES.index(name)].phrases for name in ("mild", "threat"))
    texts = extract.orders["诉求内容"]
    is_mild, threatens = texts.str.contains("|".join(mild)), texts.str.contains("|".join(threat))
    assert is_mild.sum() > 100
    assert threatens.sum() > 100
    assert not (is_mild & threatens).any()


def test_one_firm_gets_worse_over_the_months_and_one_better() -> None:
    city = build_city(np.random.default_rng([1, 0]), 1000)
    firms = np.arange(COMPANIES)
    then = city.slack_of_company(firms, np.full(COMPANIES, FIRST_RECEIPT))
    now = city.slack_of_company(firms, np.full(COMPANIES, EXTRACT_AT))
    assert np.sum(now > then + 1) == 1
    assert np.sum(now < then - 1) == 1


def test_handlers_foresee_something_but_less_than_can_be_observed(extract: Extract) -> None:
    forecast = extract.forecasts.drop_duplicates("工单编号")[["工单编号", "预判评价"]]
    rated = extract.rated().query("轮次 == 1").merge(forecast, on="工单编号")
    is_dissatisfied = rated["评价"] == "不满意"
    badness = rated["预判评价"].map({"满意": 0, "基本满意": 1, "一般": 2, "不满意": 3})
    assert 0.53 < auc(badness, is_dissatisfied) < auc(rated["p_observable"], is_dissatisfied)


def test_the_causes_in_the_documentation_are_those_of_the_code() -> None:
    page = Path(__file__).parents[2] / "docs" / "simulator.md"
    assert behaviour.causes_table() in page.read_text(encoding="utf-8")
