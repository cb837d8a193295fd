"""How pages say times, chances and clauses in plain Chinese."""

from datetime import datetime, timedelta

from hotline.calendar import SHANGHAI

_WEEKDAYS = "一二三四五六日"
_PARAGRAPHS = "一二三四五六七八九"


def out_of_ten(risk: float) -> str:
    """A chance of 不满意 as a manager reads it: of ten orders like this one.

    >>> out_of_ten(0.57), out_of_ten(0.04), out_of_ten(0.86), out_of_ten(0.96)
    ('10件约6件评不满意', '10件不到2件评不满意', '10件约9件评不满意', '10件里9件以上评不满意')
    """
    if risk >= 0.9:
        return "10件里9件以上评不满意"
    tenths = round(10 * risk)
    return "10件不到2件评不满意" if tenths < 2 else f"10件约{tenths}件评不满意"


def dots(risk: float) -> int:
    """So many of ten dots are filled."""
    return min(10, max(1, round(10 * risk)))


def day_of(moment: datetime, now: datetime) -> str:
    """The day of a moment, as one says it today."""
    local, today = moment.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    apart = (local.date() - today).days
    if -1 <= apart <= 1:
        return ("昨天", "今天", "明天")[apart + 1]
    written = f"{local:%m-%d}" if local.year == today.year else f"{local:%Y-%m-%d}"
    return f"{written}（{_WEEKDAYS[local.weekday()]}）"


def until(moment: datetime | None, now: datetime) -> str:
    """Until when something is owed.

    >>> until(datetime(2026, 11, 26, 17, 30, tzinfo=SHANGHAI), datetime(2026, 11, 26, 9, tzinfo=SHANGHAI))
    '今天 17:30 前'
    """
    return "没有固定时限" if moment is None else f"{when(moment, now)} 前"


def when(moment: datetime, now: datetime) -> str:
    """A moment, as one says it today."""
    return f"{day_of(moment, now)} {moment.astimezone(SHANGHAI):%H:%M}"


def left(moment: datetime, now: datetime) -> str:
    """How much time is left until a moment, or has passed since.

    >>> now = datetime(2026, 11, 26, 9, tzinfo=SHANGHAI)
    >>> left(now + timedelta(minutes=205), now), left(now - timedelta(days=3), now)
    ('还剩3小时25分', '已过3天')
    """
    minutes = round((moment - now) / timedelta(minutes=1))
    span = abs(minutes)
    if span < 60:
        said = f"{span}分"
    elif span < 24 * 60:
        said = f"{span // 60}小时{span % 60}分"
    else:
        said = f"{span // (24 * 60)}天"
    return f"{'已过' if minutes < 0 else '还剩'}{said}"


def clause(written: str) -> str:
    """A clause of the notice in words.

    >>> clause("三(二)¶2")
    '通知 三（二）第二段'
    """
    part, _, paragraph = written.partition("¶")
    part = part.replace("(", "（").replace(")", "）")
    return f"通知 {part}" + (f"第{_PARAGRAPHS[int(paragraph) - 1]}段" if paragraph else "")
