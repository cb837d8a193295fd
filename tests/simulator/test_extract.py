"""The simulator writes the ordinary files of the Pudong description, the same ones every time."""

from pathlib import Path

import numpy as np
import pytest

from hotline.lifecycle import EventType
from hotline.masking import mask_personal_numbers
from hotline.satisfaction import LEVELS_ZH
from simulator.generate import simulate
from tests.simulator.conftest import Extract

HEADERS = {
    "工单": "工单编号,来源,工单类型,类别,诉求内容,来电人编号,小区,街镇,物业企业,项目经理,部位,"
    "受理时间,办理时限,信访编号,诉讼编号",
    "事件": "工单编号,事件类型,发生时间,录入时间,经办人,经办部门,承诺完成时间,办结结论",
    "变更": "工单编号,变更时间,物业企业,项目经理,类别,办理时限",
    "回访": "工单编号,回访主体,回访时间,录入时间,渠道,是否接通,评价,是否解决,是否先行联系",
    "预判": "工单编号,预判时间,预判评价,是否看过模型",
    "小区": "小区,是否成立业主大会,是否开通维修资金账户,建成年份,户数",
    "truth": "工单编号,轮次,p_full,p_observable,put_right_effect",
}


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize(("name", "headers"), HEADERS.items())
def test_every_file_has_its_headers_and_a_byte_order_mark(extract: Extract, name: str, headers: str) -> None:
    text = (extract.written.out / f"{name}.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf" + headers.encode() + b"\n")


def test_nothing_else_is_written(extract: Extract) -> None:
    assert set(_bytes(extract.written.out)) == {f"{name}.csv" for name in HEADERS}


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    simulate(500, 3, tmp_path / "once")
    simulate(500, 3, tmp_path / "again")
    assert _bytes(tmp_path / "once") == _bytes(tmp_path / "again")


def test_another_seed_gives_another_district(tmp_path: Path) -> None:
    simulate(500, 3, tmp_path / "one")
    simulate(500, 4, tmp_path / "other")
    one, other = _bytes(tmp_path / "one"), _bytes(tmp_path / "other")
    assert all(one[name] != other[name] for name in one)


def test_a_single_order_can_be_simulated(tmp_path: Path) -> None:
    assert simulate(1, 1, tmp_path).orders == 1


def test_no_orders_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        simulate(0, 1, tmp_path)


def test_progress_is_told_and_ends_at_one(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    simulate(20, 1, tmp_path, lambda step, share: told.append((step, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[-1] == ("done", 1.0)


def test_the_summary_counts_what_the_files_hold(extract: Extract) -> None:
    written = extract.written
    files = (extract.orders, extract.events, extract.changes, extract.callbacks, extract.forecasts)
    counted = (written.orders, written.events, written.changes, written.callbacks, written.forecasts)
    assert counted == tuple(len(file) for file in files)
    rated = extract.rated()
    assert (written.rated, written.dissatisfied) == (len(rated), (rated["评价"] == "不满意").sum())


def test_orders_have_each_a_number_of_their_own_and_every_row_names_one(extract: Extract) -> None:
    numbers = set(extract.orders["工单编号"])
    assert len(numbers) == len(extract.orders) == 6000
    for table in (extract.events, extract.changes, extract.callbacks, extract.forecasts, extract.truth):
        assert set(table["工单编号"]) <= numbers


def test_every_community_of_an_order_is_described(extract: Extract) -> None:
    assert set(extract.orders["小区"]) <= set(extract.communities["小区"])
    assert extract.communities["小区"].is_unique


def test_words_are_the_hotlines(extract: Extract) -> None:
    assert set(extract.events["事件类型"]) <= {kind.zh for kind in EventType}
    assert set(extract.callbacks["评价"].dropna()) == set(LEVELS_ZH)
    assert set(extract.forecasts["预判评价"]) == set(LEVELS_ZH)
    assert set(extract.orders["来源"]) == {"12345", "962121", "企业自接"}
    assert set(extract.events["办结结论"].dropna()) == {"实际解决", "解释说明"}


def test_a_verdict_stands_at_closing_and_a_promise_at_a_delay_only(extract: Extract) -> None:
    is_closing = extract.events["事件类型"] == "办结"
    assert (extract.events["办结结论"].notna() == is_closing).all()
    is_delay = extract.events["事件类型"] == "延期告知"
    assert (extract.events["承诺完成时间"].notna() == is_delay).all()


def test_some_texts_hold_numbers_that_masking_finds(extract: Extract) -> None:
    texts = extract.orders["诉求内容"]
    has_number = texts.str.contains("联系电话|身份证号")
    masked = texts.map(mask_personal_numbers)
    assert 0.01 < has_number.mean() < 0.1
    assert np.array_equal(masked != texts, has_number)
    assert not masked.str.contains(r"\d{6}").any()


def test_no_other_room_reads_the_truth() -> None:
    rooms = ("hotline", "store", "features", "models", "desk", "serve")
    house = Path(__file__).parents[2]
    sources = [path for room in rooms for path in (house / room).rglob("*.py")]
    assert sources
    assert [path.name for path in sources if "truth.csv" in path.read_text(encoding="utf-8")] == []
