# ruff: noqa: E501 - rows of files as they are
"""The descriptions that ship with the project: the hotline's export, and the ledger kept by hand."""

from datetime import date
from pathlib import Path

import numpy as np
import openpyxl

from store import descriptions
from store.extracts.description_file import read_description
from tests.ingest.conftest import Folder, at, typed

SHIPPED = Path(descriptions.__file__).parent
FILES = {
    "工单.csv": "工单编号,来源,工单类型,类别,诉求内容,来电人编号,小区,街镇,物业企业,项目经理,部位,受理时间,办理时限,信访编号,诉讼编号\n"
    "PD1,12345,维修,电梯,电梯停运,10086000001,蓝天家园,青泾镇,绿家物业,吴志芳,共用部位,2026-11-02 09:00:00,2026-11-09 17:30:00,信1,\n",
    "事件.csv": "工单编号,事件类型,发生时间,录入时间,经办人,经办部门,承诺完成时间,办结结论\n"
    "PD1,派单,2026-11-02 09:10:00,2026-11-02 09:11:00,坐席05,12345热线,,\n"
    "PD1,延期告知,2026-11-03 09:00:00,2026-11-03 09:00:00,吴志芳,绿家物业,2026-11-08 18:00:00,\n"
    "PD1,办结,2026-11-06 09:00:00,2026-11-06 10:00:00,吴志芳,绿家物业,,解释说明\n",
    "变更.csv": "工单编号,变更时间,物业企业,项目经理,类别,办理时限\nPD1,2026-11-04 10:00:00,,朱勇,,\n",
    "回访.csv": "工单编号,回访主体,回访时间,录入时间,渠道,是否接通,评价,是否解决,是否先行联系\n"
    "PD1,962121,2026-11-07 09:00:00,2026-11-07 09:00:00,电话,否,,,\n"
    "PD1,市热线办,2026-11-08 09:00:00,2026-11-08 11:00:00,短信,是,不满意,否,未评价\n",
    "预判.csv": "工单编号,预判时间,预判评价,是否看过模型\nPD1,2026-11-06 12:00:00,一般,否\n",
    "小区.csv": "小区,是否成立业主大会,是否开通维修资金账户,建成年份,户数\n蓝天家园,是,否,1995,805\n",
}


def test_the_hotlines_export(either_folder: Folder) -> None:
    for name, text in FILES.items():
        either_folder.write(name, text, "utf-8-sig")
    summary = either_folder.ingest((SHIPPED / "pudong.toml").read_text("utf-8"), "pudong.toml")
    assert summary.rejected == {}
    assert summary.ignored_columns == {}
    assert summary.new == {"orders": 1, "events": 3, "callbacks": 2, "forecasts": 1, "communities": 1}
    frames = either_folder.frames("hotline")
    orders = frames["orders"]
    assert orders["manager"].dropna().tolist() == ["吴志芳", "朱勇"]
    assert orders[orders["petition_no"].notna()]["known_at"].tolist() == [at("2026-11-06 10:00")]
    events = frames["events"].set_index("type")
    assert events.loc["closed", "verdict"] == "explained"
    assert events.loc["delayed", "promised_at"] == at("2026-11-08 18:00")
    calls = frames["callbacks"].set_index("by")
    assert (calls.loc["city", "rating"], calls.loc["city", "solved"]) == (0.0, 0.0)
    assert calls.loc["962121", "answered"] == 0.0
    assert frames["forecasts"]["rating"].tolist() == [1.0]
    assert frames["communities"]["has_fund_account"].tolist() == [0.0]


def test_the_hotlines_export_needs_its_orders_only(folder: Folder) -> None:
    folder.write("工单.csv", FILES["工单.csv"], "utf-8-sig")
    summary = folder.ingest((SHIPPED / "pudong.toml").read_text("utf-8"), "pudong.toml")
    assert summary.new == {"orders": 1}
    assert set(summary.absent_files) == set(FILES) - {"工单.csv"}


def test_the_ledger_kept_by_hand(folder: Folder) -> None:
    described = read_description(SHIPPED / "pudong-excel.toml")
    row = {
        "工单编号": "PD1", "受理时间": typed("2026-11-02 09:00"), "类别": "电梯", "来电人": 13812345678,
        "项目经理": "吴志芳", "部位": "共用部位", "派单时间": typed("2026-11-02 10:00"),
        "现场核实时间": typed("2026-11-02 15:30"), "延期告知时间": "2026-11-03 9:00",
        "承诺完成时间": date(2026, 11, 8), "办结时间": typed("2026-11-06 09:00"), "办结结论": "实际解决",
        "市回访时间": typed("2026-11-08 09:00"), "是否接通": "是", "评价": "基本满意", "是否先行联系": "未评价",
        "预判时间": typed("2026-11-06 10:00"), "预判评价": "满意",
    }  # fmt: skip
    book = openpyxl.Workbook()
    book.active.title = "工单台账"
    columns = described.files[0].columns()
    book.active.append(columns)
    book.active.append([row.get(column) for column in columns])
    book.save(folder.path / "工单台账.xlsx")
    summary = folder.ingest((SHIPPED / "pudong-excel.toml").read_text("utf-8"), "pudong-excel.toml")
    assert summary.rejected == {}
    frames = folder.frames()
    events = frames["events"].set_index("type")
    assert set(events.index) == {"dispatched", "visited", "delayed", "closed"}
    assert events.loc["delayed", "promised_at"] == at("2026-11-09 00:00") - 1
    orders = frames["orders"]
    known = {
        name: orders[orders[name].notna()]["known_at"].iloc[0] for name in ("manager", "part", "category")
    }
    assert known["manager"] == at("2026-11-02 10:00")
    assert known["part"] == at("2026-11-02 15:30")
    assert known["category"] == at("2026-11-02 09:00")
    call = frames["callbacks"].iloc[0]
    assert (call["rating"], call["answered"]) == (2.0, 1.0)
    assert np.isnan(call["contact_confirmed"])


def test_every_column_of_the_ledger_is_explained_or_explains_itself() -> None:
    text = (SHIPPED / "pudong-excel.toml").read_text("utf-8")
    described = read_description(SHIPPED / "pudong-excel.toml")
    assert all(f'"{column}"' in text for column in described.files[0].columns())
