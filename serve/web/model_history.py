"""The record of changes in plain Chinese."""

from models.changes import Change, ChangeKind

_CONSOLE = "console:"


def person_zh(label: str) -> str:
    """Who it was; a command is told as one.

    >>> person_zh("console:hotline")
    '本机命令（hotline）'
    """
    return f"本机命令（{label.removeprefix(_CONSOLE)}）" if label.startswith(_CONSOLE) else label


def change_line(change: Change) -> str:
    """What was done, in a sentence without its time and reason."""
    by, version = person_zh(change.by), f"第{change.version}版"
    instead = f"（当时现用第{change.before}版）" if change.before else "（当时没有现用模型）"
    if change.kind is ChangeKind.PROPOSED:
        return f"{by}提议{version}上线{instead}"
    if change.kind is ChangeKind.WITHDRAWN:
        return f"{by}撤回了{version}的上线提议"
    if change.kind is ChangeKind.REFUSED:
        return f"{by}退回了{person_zh(change.proposer or '')}的提议，{version}没有上线"
    if change.kind is ChangeKind.ROLLED_BACK:
        return f"{by}换回{version}，停用第{change.before}版"
    if change.proposer:
        return f"{by}复核后，{version}上线{instead}，提议人{person_zh(change.proposer)}"
    return f"{by}{'强制' if change.is_forced else ''}上线{version}{instead}"
