"""Made-up names of streets, communities, firms and people; none is meant to be a real one."""

from itertools import product

import numpy as np


def _words(listed: str) -> tuple[str, ...]:
    return tuple(listed.split())


STREETS = _words(
    """
    云塘街道 锦汇街道 东渡街道 桂浦街道 望江街道 梅港街道 青泾镇 川沙湾镇 新桥浜镇 鹤鸣镇 临泾镇
    三灶港镇
    """
)
_COMMUNITY_HEADS = _words(
    """
    金桂 银杏 东方 锦绣 阳光 海棠 玉兰 丁香 紫薇 绿波 明珠 永泰 香樟 浦欣 振华 德康 安居 和平 建业 红枫
    翠竹 碧云湾 映月 春晖 景泰 昌里东 济阳里 云山 蓝天 同心
    """
)
_COMMUNITY_TAILS = _words(
    """
    新村 花园 家园 公寓 苑 佳苑 名邸 小区 华庭 坊 一村 二村 三村 四街坊
    """
)
_COMPANY_HEADS = _words(
    """
    浦恒 申和 锦泰 明悦 东安 益民 佳宁 华侨城里 万邻 同济里 永升里 祥和 瑞居 金邻 绿家 中浦 宏远 诚居
    新居安 众邻 海上家 沪安 德邻 康居 上房里 安厦 美邻 惠民 鼎泰 天和 润家 长宁里 普惠 春天里 正阳 嘉邻
    仁居 盛世 如家邻 福邻
    """
)
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN_FIRST = "建志国文晓海永明德家卫春立学振金伟俊宝玉"
_GIVEN_SECOND = "华强军平东明敏芳英杰勇辉峰磊涛燕红兰斌宁"


def _drawn(rng: np.random.Generator, words: list[str], count: int) -> np.ndarray:
    if count > len(words):
        raise ValueError(f"only {len(words)} names for {count} of them; add words to simulator/names.py")
    return np.array(words, dtype=object)[rng.permutation(len(words))[:count]]


def community_names(rng: np.random.Generator, count: int) -> np.ndarray:
    """So many different names of communities."""
    return _drawn(rng, ["".join(pair) for pair in product(_COMMUNITY_HEADS, _COMMUNITY_TAILS)], count)


def company_names(rng: np.random.Generator, count: int) -> np.ndarray:
    """So many different names of property firms."""
    return _drawn(rng, [f"{head}物业" for head in _COMPANY_HEADS], count)


def people_names(rng: np.random.Generator, count: int) -> np.ndarray:
    """So many different names of people."""
    return _drawn(rng, ["".join(p) for p in product(_SURNAMES, _GIVEN_FIRST, _GIVEN_SECOND)], count)
