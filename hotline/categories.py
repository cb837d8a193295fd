"""Which matters money from the maintenance fund pays."""

#: Repairs too large for a firm's own purse: without an owners' assembly and an opened account
#: nobody can pay for them, however often the citizen is called (inferred; a setting).
PAID_FROM_FUND = frozenset({"电梯", "屋面渗漏", "外墙渗漏", "消防", "维修资金使用"})
