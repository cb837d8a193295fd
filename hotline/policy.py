"""Who may do what: one table that every route, page, export and command goes through."""

from enum import StrEnum


class Role(StrEnum):
    """What someone is in the hotline's work, or what a system's key is for."""

    MANAGER = "manager"
    COMPANY = "company"
    EMERGENCY_STATION = "emergency_station"
    STREET_HANDLER = "street_handler"
    CALL_CENTRE = "call_centre"
    DISTRICT_CENTRE = "district_centre"
    DATA_SCIENTIST = "data_scientist"
    ADMIN = "admin"
    #: The hotline's own software: hands orders over and fetches scores.
    SYSTEM = "system"
    #: What watches the service; sees figures only.
    MONITOR = "monitor"

    @property
    def zh(self) -> str:
        """The role as people write it."""
        return _ROLE_ZH[self]

    @property
    def is_for_people(self) -> bool:
        """Whether a person with a password may have it; the others are for keys."""
        return self not in (Role.SYSTEM, Role.MONITOR)


_ROLE_ZH = {
    Role.MANAGER: "项目经理",
    Role.COMPANY: "物业企业",
    Role.EMERGENCY_STATION: "应急维修服务站",
    Role.STREET_HANDLER: "街镇处置人员",
    Role.CALL_CENTRE: "962121话务",
    Role.DISTRICT_CENTRE: "区行业指挥中心",
    Role.DATA_SCIENTIST: "数据分析",
    Role.ADMIN: "系统管理员",
    Role.SYSTEM: "业务系统",
    Role.MONITOR: "运行监控",
}


class Action(StrEnum):
    """Every verb of the product. Those that concern orders reach only the orders of one's scope."""

    SIGN_IN = "sign_in"
    READ_SCORE = "read_score"
    SCORE_GIVEN = "score_given"
    READ_WORKLIST = "read_worklist"
    EXPORT_WORKLIST = "export_worklist"
    READ_INDICATORS = "read_indicators"
    READ_EFFECT = "read_effect"
    READ_DUTIES = "read_duties"
    READ_QUEUE = "read_queue"
    WORK_QUEUE = "work_queue"
    READ_DISAGREEMENTS = "read_disagreements"
    WRITE_ORDER = "write_order"
    WRITE_EVENT = "write_event"
    FORECAST = "forecast"
    WRITE_CALLBACK = "write_callback"
    ARCHIVE = "archive"
    UPLOAD_EXTRACT = "upload_extract"
    LOAD_EXTRACT = "load_extract"
    EXPORT_PSEUDONYMOUS = "export_pseudonymous"
    READ_MODEL = "read_model"
    PROMOTE = "promote"
    READ_METRICS = "read_metrics"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"
    FORGET = "forget"
    HAND_OVER = "hand_over"
    SET_CAPACITY = "set_capacity"
    SET_PLAYBOOK = "set_playbook"
    SET_STREET_LIMITS = "set_street_limits"

    @property
    def zh(self) -> str:
        """The action as people read it."""
        return _ACTION_ZH[self]


_ACTION_ZH = {
    Action.SIGN_IN: "登录查看本人页面",
    Action.READ_SCORE: "查看工单预判",
    Action.SCORE_GIVEN: "对提交的工单作预判",
    Action.READ_WORKLIST: "查看在办工单清单",
    Action.EXPORT_WORKLIST: "导出在办工单清单",
    Action.READ_INDICATORS: "查看与导出指标",
    Action.READ_EFFECT: "查看联系效果",
    Action.READ_DUTIES: "查看工单应办事项",
    Action.READ_QUEUE: "查看回访前优先队列",
    Action.WORK_QUEUE: "认领和办理队列工单",
    Action.READ_DISAGREEMENTS: "查看对预判的不同意见",
    Action.WRITE_ORDER: "登记工单",
    Action.WRITE_EVENT: "登记处置环节",
    Action.FORECAST: "写下本人预判",
    Action.WRITE_CALLBACK: "登记官方回访",
    Action.ARCHIVE: "归档工单",
    Action.UPLOAD_EXTRACT: "上传导出表",
    Action.LOAD_EXTRACT: "导入上传的表",
    Action.EXPORT_PSEUDONYMOUS: "导出去标识数据",
    Action.READ_MODEL: "查看模型说明",
    Action.PROMOTE: "模型上线与回退",
    Action.READ_METRICS: "查看运行指标",
    Action.MANAGE_ACCOUNTS: "管理账号",
    Action.READ_AUDIT: "查看访问记录",
    Action.FORGET: "清除到期个人信息",
    Action.HAND_OVER: "移交在办工单",
    Action.SET_CAPACITY: "调整本岗位的容量",
    Action.SET_PLAYBOOK: "调整手册设置",
    Action.SET_STREET_LIMITS: "调整本街镇的时限",
}

_A = Action
_ON_ORDERS = {
    _A.READ_SCORE,
    _A.READ_WORKLIST,
    _A.EXPORT_WORKLIST,
    _A.READ_DUTIES,
    _A.READ_QUEUE,
    _A.WRITE_EVENT,
}
_CALLS = {_A.WORK_QUEUE}
#: A firm's reaches only its own orders, and brings no official ratings: those are about the firm.
_UPLOADS = {_A.UPLOAD_EXTRACT, _A.LOAD_EXTRACT}

# `score_given` answers about any caller's number one cares to send, hence only for those who see all orders.
# A data scientist meets no order and no text; an admin keeps the accounts and meets no order either: it hands
# orders over by their number, and sets the playbook. A firm hands over within itself.
# What is archived leaves every list: only those who call back may put an order away.
# Whoever handles an order foretells its rating, the human baseline; the others only read what the model says.
# The indicators are figures: whoever meets no order (has no worklist) is told them without managers' names and
# without the list of orders to be turned. A data scientist needs the district's figures to see what a model is
# for and where it drifts; whose figure is a person's, and which order is whose, adds nothing to that.
GRANTS: dict[Role, frozenset[Action]] = {
    Role.MANAGER: frozenset({_A.SIGN_IN, _A.READ_INDICATORS, _A.FORECAST} | _CALLS | _ON_ORDERS),
    Role.COMPANY: frozenset(
        {_A.SIGN_IN, _A.READ_INDICATORS, _A.WRITE_ORDER, _A.HAND_OVER, _A.SET_CAPACITY}
        | _UPLOADS
        | _CALLS
        | _ON_ORDERS
    ),
    Role.EMERGENCY_STATION: frozenset({_A.SIGN_IN} | _CALLS | _ON_ORDERS),
    Role.STREET_HANDLER: frozenset(
        {_A.SIGN_IN, _A.READ_INDICATORS, _A.READ_EFFECT, _A.READ_MODEL}
        | {_A.SET_CAPACITY, _A.SET_STREET_LIMITS}
        | _CALLS
        | _ON_ORDERS
    ),
    Role.CALL_CENTRE: frozenset(
        {_A.SIGN_IN, _A.SCORE_GIVEN, _A.WRITE_ORDER, _A.WRITE_CALLBACK, _A.ARCHIVE}
        | {_A.READ_INDICATORS, _A.READ_EFFECT, _A.READ_MODEL, _A.SET_CAPACITY}
        | _UPLOADS
        | _CALLS
        | _ON_ORDERS
    ),
    Role.DISTRICT_CENTRE: frozenset(
        {_A.SIGN_IN, _A.SCORE_GIVEN, _A.ARCHIVE}
        | _UPLOADS
        | {_A.READ_INDICATORS, _A.READ_EFFECT, _A.READ_MODEL, _A.READ_METRICS}
        | {_A.SET_CAPACITY, _A.SET_PLAYBOOK}
        | _CALLS
        | _ON_ORDERS
    ),
    Role.DATA_SCIENTIST: frozenset(
        {
            _A.SIGN_IN,
            _A.READ_INDICATORS,
            _A.READ_EFFECT,
            _A.EXPORT_PSEUDONYMOUS,
            _A.READ_MODEL,
            _A.PROMOTE,
            _A.READ_METRICS,
            _A.READ_DISAGREEMENTS,
        }
    ),
    Role.ADMIN: frozenset(
        {_A.SIGN_IN, _A.READ_MODEL, _A.READ_METRICS, _A.MANAGE_ACCOUNTS, _A.READ_AUDIT, _A.FORGET}
        | {_A.HAND_OVER, _A.SET_PLAYBOOK}
    ),
    Role.SYSTEM: frozenset(
        {_A.SCORE_GIVEN, _A.WRITE_ORDER, _A.WRITE_CALLBACK, _A.ARCHIVE, _A.READ_MODEL} | _UPLOADS | _ON_ORDERS
    ),
    Role.MONITOR: frozenset({_A.READ_METRICS}),
}


def may(role: Role, action: Action) -> bool:
    """Whether this role may do this at all; which orders it reaches is the scope's matter.

    >>> may(Role.MANAGER, Action.WRITE_EVENT), may(Role.MANAGER, Action.WRITE_CALLBACK)
    (True, False)
    """
    return action in GRANTS[role]
