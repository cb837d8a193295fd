"""The kinds of matter that orders are about, and which of them money from the maintenance fund pays."""

REPAIRS = (
    "电梯",
    "给排水漏水",
    "下水堵塞",
    "屋面渗漏",
    "外墙渗漏",
    "门禁道闸",
    "停车",
    "绿化",
    "保洁垃圾",
    "公共照明",
    "消防",
    "窨井盖",
)
COMPLAINTS = (
    "维修不及时",
    "修理不到位",
    "服务态度",
    "收费",
    "信息公开",
    "维修资金使用",
    "违建群租",
    "噪声",
)

#: Repairs too large for a firm's own purse: without an owners' assembly and an opened account
#: nobody can pay for them, however often the citizen is called (inferred; a setting).
PAID_FROM_FUND = frozenset({"电梯", "屋面渗漏", "外墙渗漏", "消防", "维修资金使用"})
