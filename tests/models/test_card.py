"""A card says where the data comes from first; its figures are those of the training, and data is escaped."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hotline.origin import Origin
from models.backtest import Training, fit_and_judge
from models.card import BASELINE, CHAMPION, MODEL, Champion, Source, card_of
from models.card_page import render
from tests.models.worlds import a_history

NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def training() -> Training:
    """A model of a planted cause, judged on the last fifth."""
    return fit_and_judge(*a_history(600, 1.5), "test", 0, lambda step: None)


def a_card(training: Training, *origins: Origin, champion: Champion | None = None) -> dict[str, Any]:
    """The card of a training whose data was declared so."""
    source = Source(frozenset(origins), orders=600, called=500, rated=400)
    return card_of(training, source, champion, {"seed": 0, "data_fingerprint": "0123456789abcdef"}, NOW)


def words(page: str) -> str:
    """What a person reads of a page, in its order."""
    body = page.partition("<body>")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_a_model_without_signal_boasts_of_nothing() -> None:
    nothing = fit_and_judge(*a_history(600, 0.0, seed=3), "test", 0, lambda step: None)
    read = words(render(a_card(nothing, Origin.REAL)))
    assert "没有可用的信号。 这个模型不比抛硬币强，不应使用。" in read
    assert "先给最有风险的 10% 打电话" not in read


@pytest.mark.parametrize(
    ("origins", "first"),
    [
        ((Origin.SIMULATED,), "本页是模拟数据，全部虚构。"),
        ((Origin.SIMULATED, Origin.REAL), "本页混有模拟数据。"),
        ((Origin.REAL,), "本页是真实数据。"),
        ((Origin.REAL, Origin.UNDECLARED), "数据来源未声明。"),
        ((), "数据来源未声明。"),
    ],
)
def test_real_or_simulated_is_said_first(training: Training, origins: tuple[Origin, ...], first: str) -> None:
    assert words(render(a_card(training, *origins))).startswith(first)


def test_what_comes_from_data_is_escaped(training: Training) -> None:
    judged = training.judgement
    evil = '<script>alert("x")</script>&'
    named = replace(judged, slices={"company": np.full(len(judged), evil, dtype=object)})
    page = render(a_card(replace(training, judgement=named), Origin.REAL))
    assert "<script" not in page
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;&amp;" in page


def test_labels_inside_charts_are_escaped(training: Training) -> None:
    card = a_card(training, Origin.REAL)
    point = {"label": "<b>&", "n": 9, "effect": 0.1, "low": 0.0, "high": 0.2}
    card["features"] = [{"zh": '"><i>', "factor": 1.1, "points": [point, point]}]
    page = render(card)
    assert "<b>&" not in page
    assert "&lt;b&gt;&amp;" in page
    assert '"><i>' not in page


def test_the_page_needs_nothing_else_and_tells_of_no_order(training: Training) -> None:
    page = render(a_card(training, Origin.SIMULATED), "7")
    assert "版本 7" in page
    assert not re.search(r"https?:|src=|@import|url\(|<link|<script", page)
    ids = set(map(str, training.judgement.order_id))
    assert not ids & set(re.findall(r"\w+", page))


def test_a_stored_card_renders_to_the_same_page(training: Training) -> None:
    card = a_card(training, Origin.SIMULATED)
    assert render(json.loads(json.dumps(card))) == render(card)


def test_the_figures_are_those_of_the_training(training: Training) -> None:
    card = a_card(training, Origin.REAL)
    judged = training.judgement
    assert card["test"]["rounds"] == len(judged.last)
    assert card["test"]["dissatisfied"] == int((judged.rating[judged.last] == 0).sum())
    assert [row["auc"] for row in card["stages"]] == [row["auc"] for row in training.report["stages"]]
    assert card["span"]["orders"] == training.model.span.orders > card["like_span"]["orders"]
    read = words(render(card))
    assert f"{card['auc']:.3f}" in read
    assert "先给最有风险的 10% 打电话" in read
    assert "没有可用的信号" not in read


def test_the_planted_cause_leads_and_its_shape_rises(training: Training) -> None:
    features = a_card(training, Origin.REAL)["features"]
    urged = next(f for f in features[:3] if "催" in f["zh"])
    effects = [p["effect"] for p in urged["points"] if p["label"] != "没有记录"]
    assert len(effects) >= 3
    assert effects == sorted(effects)
    assert effects[0] < 0 < effects[-1]


def test_the_champion_is_compared_only_where_it_had_not_learnt(training: Training) -> None:
    judged = training.judgement
    said = judged.dissatisfied.copy()
    half = judged.received_at < np.median(judged.received_at)
    said[half] = np.nan
    card = a_card(training, Origin.REAL, champion=Champion("3", said))
    assert card["champion"] == "3"
    assert card["champion_covers"] == int((~half)[judged.last].sum()) < card["test"]["rounds"]
    for group in card["groups"]:  # it says the same as the model, so neither leads
        assert all(row == {"value": 0, "low": 0, "high": 0} for row in group["common"]["lead"][CHAMPION])
    page = words(render(card))
    assert "在用模型：版本 3" in page
    assert "在用模型：没有可比的" in words(render(a_card(training, Origin.REAL)))


def test_a_champion_that_had_learnt_from_all_is_not_compared(training: Training) -> None:
    said = np.full(len(training.judgement), np.nan)
    card = a_card(training, Origin.REAL, champion=Champion("3", said))
    assert all(group["common"] is None for group in card["groups"])
    assert "可比 0 次回访" in words(render(card))


def test_model_and_baseline_stand_in_every_group(training: Training) -> None:
    for group in a_card(training, Origin.REAL)["groups"]:
        assert set(group["scores"]) == {MODEL, BASELINE}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium, playwright's own or the system's."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
        except sync_api.Error as error:
            pytest.skip(f"no Chromium starts here: {error.message.splitlines()[0]}")
        yield found
        found.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 683, 1366])
def test_only_tables_move_sideways_and_nothing_is_fetched(
    training: Training, browser: Any, tmp_path: Path, width: int
) -> None:
    judged = training.judgement
    long = np.array([f"{'很长的物业企业名称' * 4}{n % 3}" for n in range(len(judged))], dtype=object)
    named = replace(training, judgement=replace(judged, slices={"company": long}))
    card = a_card(named, Origin.REAL, champion=Champion("3", judged.baseline))
    for feature in card["features"]:
        for point in feature["points"]:
            point["label"] = "HOUSEWARES_AND_GARDEN" if width == 320 else "很长的取值名称很长"
    (tmp_path / "card.html").write_text(render(card, "4"), "utf-8")
    page = browser.new_context(viewport={"width": width, "height": 800}, is_mobile=width < 700).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "card.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert asked == [page.url]
    outside = """() => [...document.querySelectorAll('svg.ch text')].filter(t => {
        const box = t.closest('svg').getBoundingClientRect(), own = t.getBoundingClientRect();
        return own.left < box.left - 1 || own.right > box.right + 1 || own.bottom > box.bottom + 1;
    }).map(t => t.textContent)"""
    assert page.evaluate(outside) == []
    page.context.close()
