"""Which matters money from the maintenance fund pays, and which cannot wait."""

#: Repairs too large for a firm's own purse: without an owners' assembly and an opened account
#: nobody can pay for them, however often the citizen is called (inferred; a setting).
PAID_FROM_FUND = frozenset({"电梯", "屋面渗漏", "外墙渗漏", "消防", "维修资金使用"})

#: Repairs that cannot wait for office hours, which emergency stations take (inferred; a setting).
URGENT_REPAIRS = frozenset({"电梯", "给排水漏水", "下水堵塞", "消防", "窨井盖"})
