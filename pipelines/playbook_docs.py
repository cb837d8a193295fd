"""The page of the playbook, written from its table."""

from hotline.duties import Entry
from hotline.limits import Limit
from hotline.playbook import ENTRIES, OTHER_LIMITS
from hotline.playbook_settings import SETTINGS
from hotline.playbook_typed import told_of

_ABOUT = """# The playbook

Who must do what by when: the notice's duties (浦建委物管〔2023〕55号). Written from `hotline/playbook.py` by
`make docs`; a test keeps it current, and each entry has an order that owes it and one that does not in
`tests/hotline/test_playbook.py`.

A duty is owed from the moment at which its trigger was known, whether or not there is a model: only P09 and P10
ask for a score, and they are owed without one too where 962121 heard 不满意. It is done by what the last column
names, by an event that is recorded under its name (`duty`), or is said not to be needed (`not_needed`, with a
reason). What was taken back counts no longer. Once the order is closed, or called back by the city (†), what was not
done stands as missed. A structural block (P12) never becomes a call: P09 and P10 do not apply to it.

The notice sets no figures but for the due date: every limit is a default, and a setting."""
_HEAD = (
    "| | Trigger | Duty | Who | By when | Clause | Owed when | Done by |\n|---|---|---|---|---|---|---|---|"
)
_LIMITS = """## Limits

`30min` runs round the clock, `4wh` in working hours (09:00–17:30 on the days that China's calendar names), `1wd`
ends at the close of the next working day, `today` at the close of the day (of the next working day where offices
are closed by then), `due` and `closing` at the order's due date, `week` and `month` are worked off a list."""
_SETTINGS = """## Settings

`QINGLING_PLAYBOOK_FILE` names a file of settings; what it leaves out is as above. A street may have limits of
its own. A setting that is unknown or cannot be used keeps the service from starting, and is named.

```toml
[limits]
P09 = "2wh"

[street."花木街道"]
P20 = "today"

[rules]
likely = 0.25

[capacity]
call_centre = 55

[desk]
"花木街道" = 12

[draw]
share = 0.2
agreed = "who agreed, and where that is written"

[calendar]
days_off = [2026-05-06]
```

Those who may set the playbook change each of them by page too (管理 → 手册设置, 容量), checked as the file is. What was
changed by page goes before the file, the file before the defaults; it stands in the database with who changed it and
when, only grows, and can be given back. Every worker and every command takes it up within a second. Changes that a
later file contradicts are not in force: the file is, and the page says so.

`[capacity]` holds calls a day by role, `[desk]` those of single desks by whose orders they are (a street, a company,
a manager). `[draw]` has the discretionary calls near a queue's cut line drawn by lot, so that their effect can be
measured: see [effect.md](effect.md)."""


def playbook_page() -> str:
    """The table of duties, how limits run, and what can be set, as markdown."""
    table = "\n".join([_HEAD, *map(_line, ENTRIES)])
    return "\n\n".join([_ABOUT, table, _LIMITS, _others(), _SETTINGS, _rules()]) + "\n"


def _line(entry: Entry) -> str:
    said = (entry.owed.__doc__ or "").partition(": ")[2]
    who = entry.post.zh + (f" → {entry.then.zh}" if entry.then else "")
    mark = "†" if entry.ends == "callback" else ""
    limit = f"{Limit.of(entry.limit).zh} `{entry.limit}`"
    cells = (
        entry.id + mark,
        entry.trigger,
        entry.duty,
        who,
        limit,
        entry.clause,
        said,
        entry.done_at.__doc__,
    )
    return f"| {' | '.join(map(str, cells))} |"


def _others() -> str:
    told = (f"`{name}` {Limit.of(limit).zh} `{limit}`" for name, limit in OTHER_LIMITS.items())
    return f"Beside the table: {', '.join(told)}."


def _rules() -> str:
    """Every setting but the limits, which stand in the table above, in the words of the page."""
    lines = [
        f"| `{setting.key.plain}` | {setting.zh} | {told_of(setting.form, setting.usual)} |"
        for setting in SETTINGS
        if setting.section != "limits"
    ]
    return "\n".join(["| setting | meaning | default |", "|---|---|---|", *lines])
