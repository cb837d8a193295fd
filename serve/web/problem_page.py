"""What went wrong, told to people: in plain Chinese, with what still works and what to do."""

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.types import Scope

from serve.errors import told
from serve.refusals import is_page
from serve.visit import visit_of
from serve.web.rendering import address_before, page

_SAID: dict[str, tuple[str, str]] = {
    "unknown_order": ("没有这张工单", "工单号可能有误，或者这张工单不归您办理。"),
    "not_granted": ("您的身份不能做这件事", "需要的话，请联系本单位的系统管理员。"),
    "not_own_form": ("页面已过期", "请返回、刷新后再登记一次；刚才的内容没有保存。"),
    "outside_scope": ("这张工单不归您办理", "移交后的工单请由新的经办人登记。"),
    "too_many": ("点得太快了", "请稍等几秒再试。"),
    "invalid": ("没有登记成功", "请按提示修改后重新登记。"),
    "contradiction": ("这件事已有不同的记录", "请返回刷新，核对已有的登记。"),
    "claimed": ("同事已经认领", "请换一张工单，或与认领的同事联系。"),
    "not_found": ("没有这个页面", "网址可能有误。"),
    "no_champion": ("还没有可用的模型", "应办事项和登记不受影响。"),
    "loading": ("模型正在载入", "几秒钟后刷新即可；应办事项和登记不受影响。"),
}
_OTHER = ("系统暂时不能用，不是您的问题", "没有登记成功的内容请稍后重试。")


def tell_people(app: FastAPI) -> None:
    """Let whoever looks at a page read a page where the interface would answer with JSON."""
    for kind, handler in list(app.exception_handlers.items()):
        app.exception_handlers[kind] = _told_to_people(handler)


def unforeseen(scope: Scope) -> Response:
    """The answer when something went wrong here; it tells nothing of what."""
    request = Request(scope)
    answer = told(
        500,
        "unforeseen",
        "something went wrong here",
        "report it with the time of day; nothing half-done was kept",
    )
    return _page_of(request, answer) if is_page(request) else answer


def _told_to_people(handler: Callable[..., Any]) -> Callable[..., Any]:
    def as_read(request: Request, error: Any) -> Response:
        answer: Response = handler(request, error)
        if not is_page(request) or not isinstance(answer, JSONResponse):
            return answer
        return _page_of(request, answer)

    return as_read


def _page_of(request: Request, answer: Response) -> Response:
    problem = orjson.loads(bytes(answer.body))["error"]
    said, line = _SAID.get(problem["code"], _OTHER)
    lines = [fault["message"] for fault in problem["fields"] if not fault["message"].isascii()] or [line]
    found = page(
        request,
        visit_of(request.scope).person,
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
