"""What the columns of an uploaded table can be taken for, in the hotline's Chinese words."""

from desk.upload.meaning import Kind, Meaning
from hotline.lifecycle import EventType

_ORDER_ID = Meaning(
    "order_id",
    "工单编号",
    "必填，每张工单一个，不能重复",
    ("工单号", "工单流水号", "受理编号", "受理单号", "热线工单号", "单号", "order_id", "order"),
    is_required=True,
)
_WHEN = "如 2026-01-31 18:00；没发生就空着"


def _moment(event_type: EventType, zh: str, *also: str) -> Meaning:
    return Meaning(f"moment.{event_type.value}.at", zh, _WHEN, also)


ORDER_MEANINGS = (
    _ORDER_ID,
    Meaning(
        "order.received_at",
        "受理时间",
        "必填，如 2026-01-31 18:00；只写日期按当天结束算",
        (
            *("来电时间", "来电日期", "报修时间", "报修日期", "登记时间", "登记日期"),
            *("接报时间", "反映时间", "创建时间", "受理日期", "received_at"),
        ),
        is_required=True,
    ),
    Meaning("order.source", "来源", "12345、962121 或 企业自接", ("工单来源", "诉求来源", "渠道来源")),
    Meaning("order.kind", "工单类型", "维修 或 物业投诉", ("类型", "诉求类型", "工单性质")),
    Meaning(
        "order.category",
        "类别",
        "如 电梯、下水堵塞、服务态度、收费",
        ("问题分类", "诉求类别", "报修类别", "问题类别", "二级分类", "分类", "问题类型"),
    ),
    Meaning(
        "order.text",
        "诉求内容",
        "市民诉求原文；手机号、证件号入库前自动遮盖",
        ("诉求", "内容", "工单内容", "问题描述", "反映内容", "来电内容", "报修内容", "诉求描述"),
    ),
    Meaning(
        "order.caller",
        "来电人",
        "号码或编号；入库前换成密文代号，任何页面都不显示",
        (
            "来电人编号",
            "来电号码",
            "联系电话",
            "电话",
            "手机",
            "手机号",
            "市民电话",
            "来电人电话",
            "主叫号码",
        ),
    ),
    Meaning(
        "order.community", "小区", "小区名称，前后写法要一致", ("小区名称", "所属小区", "楼盘", "住宅小区")
    ),
    Meaning("order.street", "街镇", "街道或镇的名称", ("街道", "所属街镇", "所属街道", "街道乡镇", "乡镇")),
    Meaning(
        "order.company",
        "物业企业",
        "企业名称；企业账号上传时可以不填",
        ("物业公司", "企业", "企业名称", "物业", "承办单位", "物业服务企业", "物业单位"),
    ),
    Meaning("order.manager", "项目经理", "负责到底的人", ("经理", "责任人", "负责人", "项目负责人")),
    Meaning("order.part", "部位", "自用部位 或 共用部位", ("部位性质", "维修部位")),
    Meaning(
        "order.due_at",
        "办理时限",
        "要求办结的时间",
        ("时限", "截止时间", "办结时限", "要求办结时间", "应办结时间", "到期时间", "due_at"),
    ),
    Meaning("order.petition_no", "信访编号", "没有就空着", ("信访号", "信访件编号")),
    Meaning("order.case_no", "诉讼编号", "没有就空着", ("案号", "诉讼案号")),
    _moment(EventType.DISPATCHED, "派单时间", "派发时间", "交办时间", "转派时间"),
    _moment(EventType.ACCEPTED, "接单时间", "签收时间"),
    _moment(EventType.CONTACTED, "先行联系时间", "首次联系时间", "联系时间"),
    _moment(EventType.VISITED, "现场核实时间", "上门时间", "现场时间"),
    _moment(EventType.DELAYED, "延期告知时间", "延期时间"),
    Meaning("moment.delayed.promised_at", "承诺完成时间", "延期时向市民承诺的完成时间", ("承诺时间",)),
    _moment(EventType.CLOSED, "办结时间", "完成时间", "结案时间", "办结日期", "办理完成时间"),
    Meaning(
        "moment.closed.verdict",
        "办结结论",
        "实际解决 或 解释说明",
        ("结论", "办结类型", "解决情况", "办理结果"),
        words="verdict",
    ),
    _moment(EventType.FIRM_CALLED, "企业回访时间", "自访时间"),
    Meaning(
        "callback.city.at", "市回访时间", "市热线办回访的时间", ("回访时间", "市热线回访时间", "回访日期")
    ),
    Meaning("callback.city.channel", "回访渠道", "电话 或 短信", ("回访方式",)),
    Meaning("callback.city.answered", "是否接通", "是 或 否", ("接通",), words="yes_no"),
    Meaning(
        "callback.city.rating",
        "评价",
        "满意、基本满意、一般、不满意；未评价就空着",
        ("满意度", "回访评价", "市回访评价", "满意度评价", "评价结果", "满意情况"),
        words="rating",
    ),
    Meaning("callback.city.solved", "是否解决", "是 或 否", ("解决与否", "是否实际解决"), words="yes_no"),
    Meaning(
        "callback.city.contact_confirmed",
        "是否先行联系",
        "市民说有没有先联系过：是、否 或 未评价",
        ("先行联系",),
        words="yes_no",
    ),
    Meaning("callback.962121.at", "962121回访时间", "962121 回访的时间"),
    Meaning("callback.962121.rating", "962121评价", "962121 回访得到的评价", words="rating"),
    Meaning("forecast.at", "预判时间", "处置人员回访之前作出估计的时间"),
    Meaning(
        "forecast.rating", "预判评价", "估计的等级：满意、基本满意、一般、不满意", ("预判",), words="rating"
    ),
    Meaning("forecast.seen_model", "是否看过模型", "预判之前是否看过系统的分数：是 或 否", words="yes_no"),
)

EVENT_MEANINGS = (
    Meaning(_ORDER_ID.key, _ORDER_ID.zh, "必填，工单须已在系统里", _ORDER_ID.also, is_required=True),
    Meaning(
        "event.type",
        "事件类型",
        "必填，如 派单、接单、先行联系、现场核实、延期告知、办结",
        ("环节", "处置环节", "事项", "操作", "处置类型", "办理环节", "节点", "type"),
        is_required=True,
        words="type",
    ),
    Meaning(
        "event.at",
        "发生时间",
        "必填，如 2026-01-31 18:00",
        ("时间", "处置时间", "操作时间", "办理时间", "happened_at"),
        is_required=True,
    ),
    Meaning("event.known_at", "录入时间", "录进原系统的时间；空着就当作发生时间", ("登记时间", "填报时间")),
    Meaning("event.actor", "经办人", "谁办的", ("处置人", "操作人", "办理人", "处理人")),
    Meaning("event.group", "经办部门", "哪个部门办的", ("部门", "单位", "处置单位", "办理单位")),
    Meaning("event.promised_at", "承诺完成时间", "延期告知时向市民承诺的完成时间", ("承诺时间",)),
    Meaning(
        "event.verdict", "办结结论", "办结时填：实际解决 或 解释说明", ("结论", "办结类型"), words="verdict"
    ),
    Meaning(
        "event.id", "记录编号", "原系统的记录编号，有就填：以后更正时认得出是同一条", ("序列号", "事件编号")
    ),
)

CALLBACK_MEANINGS = (
    Meaning(_ORDER_ID.key, _ORDER_ID.zh, "必填，工单须已在系统里", _ORDER_ID.also, is_required=True),
    Meaning(
        "callback.by",
        "回访主体",
        "市热线办 或 962121；整张表都是同一家时可以没有这一列",
        ("回访单位", "回访部门", "回访方"),
        words="by",
    ),
    Meaning("callback.at", "回访时间", "如 2026-01-31 18:00", ("回访日期", "市回访时间", "时间")),
    Meaning("callback.known_at", "录入时间", "录进原系统的时间；空着就当作回访时间", ("登记时间",)),
    Meaning("callback.channel", "渠道", "电话 或 短信", ("回访渠道", "回访方式")),
    Meaning("callback.answered", "是否接通", "是 或 否", ("接通", "是否接听"), words="yes_no"),
    Meaning(
        "callback.rating",
        "评价",
        "必填列；满意、基本满意、一般、不满意；未评价就空着",
        ("满意度", "回访评价", "满意度评价", "评价结果", "回访结果", "满意情况"),
        is_required=True,
        words="rating",
    ),
    Meaning("callback.solved", "是否解决", "是 或 否", ("解决与否", "是否实际解决"), words="yes_no"),
    Meaning(
        "callback.contact_confirmed",
        "是否先行联系",
        "市民说有没有先联系过：是、否 或 未评价",
        ("先行联系",),
        words="yes_no",
    ),
)
_MEANINGS = {Kind.ORDERS: ORDER_MEANINGS, Kind.EVENTS: EVENT_MEANINGS, Kind.CALLBACKS: CALLBACK_MEANINGS}


def kinds_of(with_callbacks: bool) -> tuple[Kind, ...]:
    """The kinds of table that somebody may bring."""
    return tuple(kind for kind in Kind if with_callbacks or kind is not Kind.CALLBACKS)


def meanings_of(kind: Kind, with_callbacks: bool) -> tuple[Meaning, ...]:
    """What columns of such a table can be; the official callback's only for whoever may bring it."""
    return tuple(meaning for meaning in _MEANINGS[kind] if with_callbacks or not meaning.is_of_callback)
