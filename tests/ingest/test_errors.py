"""What makes a whole extract unusable is said once, with the remedy, and nothing is loaded."""

from pathlib import Path

import pytest

from store.extracts.description import DescriptionError
from store.extracts.description_file import read_description
from tests.ingest.conftest import LONG, LONG_HEADER, WIDE, WIDE_HEADER, Folder

FILE = '[[files]]\npath = "events.csv"\norder_id = "no"\n'
EVENT = '[files.event]\ntype = "what"\nat = "when"\n'


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ("", "no [[files]]"),
        ("[files]\npath = 1", "double brackets"),
        ("datset = 'x'\n" + LONG, "unknown key 'datset'; did you mean 'dataset'?"),
        ("dataset = 'My Data'\n" + LONG, "use at most 40 of a–z, 0–9 and _"),
        ("time_zone = 'Shanghai'\n" + LONG, 'use a name like "Asia/Shanghai"'),
        ('taken_at = "gestern"\n' + LONG, "taken_at 'gestern' is not a time"),
        ('"满意" = 3\n满意 = 3\n', 'need quotes: "满意" = …'),
        ("[[files]]\norder_id = 'no'", "file 1 has no `path`"),
        (FILE, "maps no column"),
        ("[[files]]\npath = 'events.csv'\n" + EVENT, "has no `order_id`"),
        (FILE + "[files.event]\ntype = 'what'\n", "has no `at`"),
        (FILE + "[files.event]\ntype = 'what'\nat = 'when'\nacter = 'who'\n", "did you mean 'actor'?"),
        (FILE + "lag = 'a while'\n" + EVENT, 'write "30min", "8h" or "1d"'),
        (FILE + "encodng = 'x'\n" + EVENT, "did you mean 'encoding'?"),
        (FILE + "[files.order]\ncategroy = 'x'\n", "did you mean 'category'?"),
        (FILE + "[files.order]\ncategory = 3\n", "must name a column"),
        (FILE + "[files.order]\ncategory = { column = 'x', value = 'y' }\n", "must name a column"),
        (FILE + "[[files.moments]]\nat = 'when'\n", "has no `type`"),
        (LONG + "[[files.attributes]]\nname = 'x'\nknown_from = 'recieved'\n", "did you mean 'received'?"),
        ("[scale]\ngut = 'prima'\n" + LONG, "'prima' is none of 不满意、一般、基本满意、满意"),
        (LONG + "[[files.attributes]]\nname = 'x'\nkind = 'number'\n", "none of numeric, category, text"),
        (LONG + "[[files.attributes]]\nname = 'type'\n", "is the hotline's own"),
        (LONG + "[[files.attributes]]\nname = 'a b'\n", "must be letters, digits and _"),
        (
            LONG + "[[files.attributes]]\nname='x'\n[[files.attributes]]\nname='x'\nkind='text'\n",
            "declared twice",
        ),
        (WIDE + "[[files.attributes]]\nname = 'x'\nof = 'event'\n", "its rows are not events"),
        (LONG.replace("who", "whom"), "has no column 'whom'; it has no, what, when, who"),
        (LONG.replace("events.csv", "evnts.csv"), "there is no file evnts.csv"),
        (LONG.replace('"no"', '"no"\nencoding = "ascii"'), 'set encoding = "utf-8-sig"'),
        (LONG.replace('"no"', '"no"\nencoding = "klingon"'), 'set encoding = "utf-8-sig"'),
    ],
)
def test_an_unusable_extract(folder: Folder, description: str, message: str) -> None:
    folder.write("events.csv", LONG_HEADER + "A1,催办,2026-11-02 11:00,张\n")
    folder.write("orders.csv", WIDE_HEADER)
    with pytest.raises(DescriptionError) as error:
        folder.ingest(description)
    assert message in str(error.value)
    assert not list(folder.settings.home.glob("*.db"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("events.csv", LONG_HEADER.encode() + "A1,催办,2026-11-02 11:00,张\n".encode("gb18030"),
         'set encoding = "gb18030"'),
        ("events.csv", b"", "is empty; it needs a header row"),
        ("events.csv.gz", b"no gzip at all", "not a whole gzip file"),
        ("events.xlsx", b"no workbook at all", "cannot be read as Excel"),
    ],
)  # fmt: skip
def test_an_unreadable_file(folder: Folder, name: str, content: bytes, message: str) -> None:
    (folder.path / name).write_bytes(content)
    with pytest.raises(DescriptionError) as error:
        folder.ingest(LONG.replace("events.csv", name))
    assert message in str(error.value)


def test_an_excel_sheet_that_is_not_there(folder: Folder) -> None:
    import openpyxl

    openpyxl.Workbook().save(folder.path / "events.xlsx")
    with pytest.raises(DescriptionError, match="no sheet '台账'; it has Sheet"):
        folder.ingest(LONG.replace("events.csv", "events.xlsx").replace('"no"', '"no"\nsheet = "台账"'))


def test_a_description_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match="check the path"):
        read_description(tmp_path / "none.toml")


def test_an_attribute_cannot_change_its_kind(folder: Folder) -> None:
    folder.write("events.csv", LONG_HEADER + "A1,催办,2026-11-02 11:00,7\n")
    attribute = '[[files.attributes]]\nname = "cost"\ncolumn = "who"\nof = "event"\nkind = "{}"\n'
    folder.ingest(LONG + attribute.format("numeric"))
    with pytest.raises(DescriptionError, match="was numeric of the event in an earlier extract"):
        folder.ingest(LONG + attribute.format("text"))
