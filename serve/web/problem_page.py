"""What went wrong, told to people: in plain Chinese, with what still works and what to do."""

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from serve.refusals import is_page
from serve.visit import has_begun, visit_of
from serve.web.rendering import address_before, page

_SAID: dict[str, tuple[str, str]] = {
    "unknown_order": ("没有这张工单", "工单号可能有误，或者这张工单不归您办理。"),
    "not_granted": ("您的身份不能做这件事", "需要的话，请联系本单位的系统管理员。"),
    "not_own_form": ("页面已过期", "请返回、刷新后再登记一次；刚才的内容没有保存。"),
    "outside_scope": ("这张工单不归您办理", "移交后的工单请由新的经办人登记。"),
    "too_large": (
        "文件太大了",
        "表一次最多传 32 MiB（其他页面最多 1 MiB）。请按月份拆成几份，或者删去图片和用不到的工作表、列，再上传；"
        "什么都没有保存。",
    ),
    "unknown_upload": (
        "没有这份表",
        "上传的表只有本人能看，24小时后自动删除。请重新上传；已经导入的工单不受影响。",
    ),
    "too_many": ("点得太快了", "请稍等几秒再试。"),
    "invalid": ("没有登记成功", "请按提示修改后重新登记。"),
    "contradiction": ("这件事已有不同的记录", "请返回刷新，核对已有的登记。"),
    "claimed": ("同事已经认领", "请换一张工单，或与认领的同事联系。"),
    "store_busy": ("数据库正忙", "刚才的内容没有保存。请过几秒再登记一次；看清单不受影响。"),
    "audit_unavailable": (
        "暂时不能用：访问没有记录下来",
        "刚才提交的可能已经保存。请稍等片刻，刷新核对；没有的再交一次，登记不会重复。",
    ),
    "not_found": ("没有这个页面", "网址可能有误。"),
    "no_champion": ("还没有可用的模型", "应办事项和登记不受影响。"),
    "loading": ("模型正在载入", "几秒钟后刷新即可；应办事项和登记不受影响。"),
}
#: Where nothing was sent, nothing was refused either: the address that was asked for cannot be.
_NO_SUCH_ADDRESS = ("网址不对", "网址里有一部分写错了或不完整。请从页面上的链接打开，什么都没有改变。")
_OTHER = ("系统暂时不能用，不是您的问题", "没有登记成功的内容请稍后重试。")


def tell_people(app: FastAPI) -> None:
    """Let whoever looks at a page read a page where the interface would answer with JSON."""
    for kind, handler in list(app.exception_handlers.items()):
        app.exception_handlers[kind] = _told_to_people(handler)


def _told_to_people(handler: Callable[..., Any]) -> Callable[..., Any]:
    return lambda request, error: as_page(request, handler(request, error))


def as_page(request: Request, answer: Response) -> Response:
    """The answer as whoever looks at a page reads it; software, and what is no error, gets it as it is."""
    if not is_page(request) or not isinstance(answer, JSONResponse):
        return answer
    problem = orjson.loads(bytes(answer.body))["error"]
    said, line = _SAID.get(problem["code"], _OTHER)
    if problem["code"] == "invalid" and request.method == "GET":
        said, line = _NO_SUCH_ADDRESS
    lines = [fault["message"] for fault in problem["fields"] if not fault["message"].isascii()] or [line]
    who = visit_of(request.scope).person if has_begun(request.scope) else None
    found = page(
        request,
        who,
        "problem.html",
        answer.status_code,
        said=said,
        lines=lines,
        request_id=request.scope["state"].get("request_id", ""),
        back=address_before(request),
    )
    if "retry-after" in answer.headers:
        found.headers["Retry-After"] = answer.headers["retry-after"]
    return found
