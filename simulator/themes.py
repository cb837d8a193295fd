"""What a caller adds beyond the trouble: how long it lasts, what it does to them, in what tone.

This is the signal that no column of an extract holds. Every phrase of a theme is chosen equally
often, so that none is rare enough to point at one caller.
"""

from dataclasses import dataclass

import numpy as np

from simulator.clock import Codes, Flags
from simulator.phrases import phrases


@dataclass(frozen=True)
class Theme:
    """Something a caller may add; about `share` of the texts carry it.

    `effect` is what it adds to the log-odds of a worse rating; `repeated` multiplies the share where
    the same matter was reported before; it is left out where one of `yields_to` is said.
    """

    name: str
    share: float
    effect: float
    phrases: tuple[str, ...]
    repeated: float = 1.0
    yields_to: tuple[str, ...] = ()


_LONG = ("lasting", "no_effect", "many_reports")
_HARSH = ("rude_staff", "threat", "anger")
THEMES = (
    Theme(
        "lasting",
        0.15,
        0.50,
        phrases(
            "已经拖了两个多月 从上个月拖到现在 已经拖了半年 一直拖着没人管 已持续三个多星期 已持续一个多月"
        ),
        repeated=2.0,
    ),
    Theme(
        "no_effect",
        0.11,
        0.55,
        phrases(
            """
            修了三次还是老样子 上门看了几次都没有修好 修好没几天又坏了
            维修人员来过几次，没有效果 每次都是简单弄一下，没有修好
            """
        ),
        repeated=1.8,
    ),
    Theme(
        "many_reports",
        0.10,
        0.60,
        phrases(
            """
            多次反映无果 多次向物业反映，无人处理 反映多次，至今没有解决
            已经多次投诉，没有结果 多次致电物业，一直推脱
            """
        ),
        repeated=2.6,
    ),
    Theme(
        "safety",
        0.11,
        0.40,
        phrases(
            """
            家中有九十岁老人，担心出事 有小孩经常经过，存在安全隐患 老人差点摔倒，安全隐患很大
            家里有孕妇，非常担心安全 已经有孩子受伤，安全隐患严重
            """
        ),
    ),
    Theme(
        "rude_staff",
        0.08,
        0.65,
        phrases(
            """
            物业工作人员态度恶劣 物业态度很差，互相推诿 物业推诿扯皮，不肯出面
            物业经理说话难听，态度蛮横 物业直接挂断电话，态度极差
            """
        ),
    ),
    Theme(
        "anger",
        0.08,
        0.50,
        phrases(
            """
            来电人情绪激动 对此非常气愤 业主们都非常气愤 来电人情绪非常激动，表示无法接受
            对处理过程十分失望
            """
        ),
    ),
    Theme(
        "threat",
        0.05,
        0.80,
        phrases(
            """
            如再不解决将去信访 再不处理就去区里信访 准备联合业主集体信访
            再不解决就找媒体曝光 将向媒体曝光此事
            """
        ),
        repeated=1.8,
    ),
    Theme(
        "fresh",
        0.22,
        -0.30,
        phrases("今天早上刚发现 昨天晚上开始出现 今天刚刚发生 刚发现不久 昨天才出现的"),
        yields_to=_LONG,
    ),
    Theme(
        "mild",
        0.22,
        -0.45,
        phrases(
            "不着急，有空来看看即可 请方便的时候处理，不着急 不影响使用，请抽空看一下 问题不大，请抽空处理"
        ),
        yields_to=(*_LONG, *_HARSH, "safety"),
    ),
    Theme(
        "polite",
        0.20,
        -0.45,
        phrases(
            """
            麻烦你们了，谢谢 感谢一直以来的帮助，谢谢 物业平时服务很好
            之前报修处理得很好，表示感谢 辛苦工作人员了，谢谢
            """
        ),
        yields_to=_HARSH,
    ),
    Theme(
        "plain",
        0.25,
        0.0,
        phrases("影响日常生活 给居民出行带来不便 其他业主也有同样情况 来电人为本楼业主 来电人为租客"),
    ),
)
THEME_NAMES = tuple(theme.name for theme in THEMES)


def draw_themes(rng: np.random.Generator, earlier_reports: Codes) -> Flags:
    """Which themes each text carries: a column for each of THEMES."""
    said = np.zeros((len(earlier_reports), len(THEMES)), dtype=bool)
    for column, theme in enumerate(THEMES):
        share = np.where(earlier_reports > 0, theme.share * theme.repeated, theme.share)
        stronger = [THEME_NAMES.index(name) for name in theme.yields_to]
        said[:, column] = (rng.random(len(said)) < share) & ~said[:, stronger].any(axis=1)
    return said
