"""Words of ratings that the scale does not know are named, and grave if a level is lost with them."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import pipelines.__main__ as command
from desk.settings import Settings
from pipelines.ingest import ingest
from tests.audit.extracts import BAD, Extract, found

REFUSED = ("ratings_refused", "rating")
TWO = '\n[scale]\nhappy = "满意"\nunhappy = "不满意"\n'


def spoken(extract: Extract, happy: str = "happy", unhappy: str = "unhappy") -> None:
    """Have all ratings in these two words."""
    rating = np.where(extract.is_bad, unhappy, happy).astype(object)
    extract.orders["rating"] = np.where(extract.is_rated, rating, None)


def test_a_misspelt_word_that_loses_a_level_is_severe_and_named(extract: Extract) -> None:
    spoken(extract, happy="delighted")
    finding = found(extract.wide(change=lambda text: text + TWO))[REFUSED]
    assert finding.severity.value == "severe"
    lost = int((extract.orders["rating"] == "delighted").sum())
    assert finding.evidence["words"] == f"delighted ({lost})"
    assert finding.evidence["scale_words_never_said"] == "happy"
    assert '"delighted" = "…" in [scale]' in finding.remedy


def test_a_word_of_four_that_is_never_said_while_another_is_refused_is_severe(extract: Extract) -> None:
    words = {BAD: "1", "一般": "2", "基本满意": "3", "满意": "四"}
    extract.orders["rating"] = extract.orders["rating"].map(words)
    scale = '\n[scale]\n1 = "不满意"\n2 = "一般"\n3 = "基本满意"\n4 = "满意"\n'
    assert found(extract.wide(change=lambda text: text + scale))[REFUSED].severity.value == "severe"


def test_a_further_word_is_a_warning(extract: Extract) -> None:
    spoken(extract)
    extract.orders.loc[extract.orders["rating"].eq("happy") & (extract.orders.index % 4 == 0), "rating"] = (
        "ok"
    )
    assert found(extract.wide(change=lambda text: text + TWO))[REFUSED].severity.value == "warning"


@pytest.mark.parametrize("word", ["no reply", "未评价", "0"])
def test_a_word_for_silence_is_rightly_refused(extract: Extract, word: str) -> None:
    spoken(extract)
    extract.orders["rating"] = extract.orders["rating"].fillna(word)
    assert REFUSED not in found(extract.wide(change=lambda text: text + TWO))


def test_a_few_slips_and_a_known_scale_are_no_finding(extract: Extract) -> None:
    spoken(extract)
    assert REFUSED not in found(extract.wide(change=lambda text: text + TWO))
    extract.orders.loc[:4, "rating"] = "hapy"
    assert REFUSED not in found(extract.wide(change=lambda text: text + TWO))


def test_a_long_remark_among_the_ratings_is_not_shown(extract: Extract) -> None:
    spoken(extract, happy="王小姐说还要再来看一次她们家的门禁和楼下的路灯，谢谢")
    told = str(found(extract.wide(change=lambda text: text + TWO))[REFUSED].to_json())
    assert "王小姐" not in told


def test_ingest_names_the_words_and_how_many(extract: Extract, settings: Settings) -> None:
    spoken(extract, happy="delighted")
    path = extract.wide(change=lambda text: text + TWO)
    lost = int((extract.orders["rating"] == "delighted").sum())
    summary = ingest(path, settings)
    assert summary.refused_ratings == {"delighted": lost}
    assert summary.stops_training == ("rating",)
    done = CliRunner().invoke(command.app, ["ingest", str(path)], env={"QINGLING_HOME": str(settings.home)})
    assert f"delighted ({lost:,})" in done.stdout
    assert "not in [scale]" in done.stdout
    done = CliRunner().invoke(
        command.app, ["ingest", str(path), "--json"], env={"QINGLING_HOME": str(settings.home)}
    )
    assert json.loads(done.stdout)["refused_ratings"] == {"delighted": lost}
