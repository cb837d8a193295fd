"""What a dry run says is what loading then does, whatever stands in the table and whatever its columns are taken for."""

from collections.abc import Sequence
from datetime import datetime
from random import Random

import pytest

from desk.access.person import Person
from desk.refusals import Refused
from desk.settings import Settings
from desk.upload.child import load
from desk.upload.loading import Task
from desk.upload.meaning import Kind
from desk.upload.reception import Decided, Reception
from desk.upload.shelf import Shelf
from desk.upload.upload import Upload
from hotline.calendar import SHANGHAI
from hotline.policy import Role
from hotline.scope import WHOLE_DISTRICT, scope_of
from store.database import open_store
from store.extracts.unreadable import UnreadableFile
from tests.upload.tables import text

pytestmark = pytest.mark.slow

_COLUMNS = (
    "工单编号",
    "受理时间",
    "评价",
    "办结时间",
    "办结结论",
    "事件类型",
    "发生时间",
    "物业企业",
    "甲",
    "",
)
_CELLS = (
    "",
    "满意",
    "很差",
    "2026-11-01 10:00",
    "2026-11-01",
    "昨天",
    "是",
    "962121",
    "办结",
    "怪事",
    "甲物业",
)
_CELLS += ("乙物业", "13812345678", "1e9", "T-1", "T-2", "T-3", "=1", "a\nb", '"', "x" * 300)
_SENDERS = (
    Person("话务", Role.CALL_CENTRE, WHOLE_DISTRICT, "s"),
    Person("企业", Role.COMPANY, scope_of(Role.COMPANY, companies=["甲物业"]), "s"),
    Person("两家", Role.COMPANY, scope_of(Role.COMPANY, companies=["甲物业", "乙物业"]), "s"),
)


def _table(choose: Random) -> bytes:
    width = choose.randint(2, 9)
    widths = [choose.choice((width, width, width - 1, width + 1)) for _ in range(choose.randint(0, 6))]
    rows = [[choose.choice(_CELLS) for _ in range(cells)] for cells in widths]
    return text([choose.choices(_COLUMNS, k=width), *rows], choose.choice(("utf-8", "gb18030")))


def _choice(choose: Random, upload: Upload) -> Decided:
    """Some column for each meaning that is needed, and any for some of the others."""
    keys = [meaning.key for meaning in upload.meanings if not meaning.is_required]
    needed = [meaning.key for meaning in upload.meanings if meaning.is_required]
    columns = [column.name for column in choose.sample(upload.columns, len(upload.columns))]
    wanted = [*needed, *choose.sample(keys, choose.randint(0, len(keys)))]
    takes = dict(zip(columns, wanted, strict=False))
    return Decided(takes, dict.fromkeys(takes, choose.choice(("received", "closed", "visited"))), {})


def _sent(choose: Random, reception: Reception, kinds: Sequence[Kind | None]) -> Upload | None:
    try:
        upload = reception.receive(_table(choose), "a.csv", choose.choice(kinds), 0, datetime.now(SHANGHAI))
        return reception.decide(upload.id, _choice(choose, upload))
    except (UnreadableFile, Refused):
        return None


def test_a_dry_run_tells_what_loading_does(settings: Settings) -> None:
    choose, shelf, store = Random(0), Shelf(settings.home), open_store(settings.home)
    loaded = 0
    for _ in range(24):
        reception = Reception(shelf, store, choose.choice(_SENDERS))
        upload = _sent(choose, reception, (None, *Kind))
        if upload is None or not upload.can_load:
            continue
        who = reception.who
        done = load(Task(upload.id, who.label, who.role, who.scope, settings.home, None, 0)).loaded
        assert done and upload.checked
        assert done.new.get("orders", 0) == upload.checked.new
        assert (done.rows, done.refused) == (upload.checked.rows, upload.checked.refused)
        loaded += 1
    assert loaded > 5
    store.close()
