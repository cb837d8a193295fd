"""优先队列: today's calls of one's desk, claimed by one at a time, written down, or disagreed with."""

import secrets
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from desk.access.person import Person
from desk.board.liaison_list import matters
from desk.board.queue_list import queue_list
from desk.board.recording import UNDO_FOR
from hotline.calendar import to_micros
from hotline.duties import Post, posts_of
from hotline.lifecycle import EventType
from hotline.policy import Action
from serve.access import allowed
from serve.needs import Desk, Now, Rulebook, Seen
from serve.web.rendering import page
from serve.web.shown import place_of, short_of, title_of

queue_pages = APIRouter(include_in_schema=False)
HERE = "/queue"
#: So many letters are sought at most.
LONGEST_FIND = 40
#: What was done, as the form offers it.
CALLS = {
    EventType.CONTACTED: "已联系",
    EventType.EXPLAINED: "已解释说明",
    EventType.PUT_RIGHT: "已整改",
    EventType.VISITED: "已上门",
}
#: Why one disagrees; only these, so that nothing personal is written.
WHYS = ("市民已明确表示满意", "已有同事联系过", "预判与实际情况不符", "不归本岗位办理", "其他")
_SAID = {
    "accepted": "已登记接单",
    "claimed": "已认领，请尽快联系",
    "done": "已登记",
    "undone": "已撤销登记，工单放回队列",
    "disagreed": "已记录您的意见，交给做模型的同事",
    "released": "已放回队列",
    "not_reached": "已记下没打通，两小时后再排进来",
    "capacity": "容量已改，清单已按新的数重排",
}

#: What can be taken back.
_ENDS = ("done", "not_reached", "disagreed")


def address_of(find: str, **told: str) -> str:
    """The address of the page with what is sought, and what was just done."""
    asked = ({"find": find} if find else {}) | told
    return f"{HERE}?{urlencode(asked)}" if asked else HERE


class Asked(BaseModel):
    """Which orders are sought, and what was just done, as the address says it."""

    find: str = Field("", max_length=LONGEST_FIND)
    said: str = Field("", max_length=20)
    order: str = Field("", max_length=200)
    claimed_at: int | None = Field(None, ge=1, lt=2**63)

    @property
    def address(self) -> str:
        """The address of what is sought."""
        return address_of(self.find)


@queue_pages.get(HERE)
def queue_page(
    who: Annotated[Person, allowed(Action.READ_QUEUE)],
    request: Request,
    asked: Annotated[Asked, Query()],
    desk: Desk,
    playbook: Rulebook,
    seen: Seen,
    now: Now,
) -> Response:
    """Today's calls, the cut line, and why the others are out."""
    mark = desk.store.watermark()
    store, queue = desk.queue_of(who, playbook, now)
    found = queue_list(store, queue, who, now, asked.find)
    shown = [*found.calls, *found.below]
    seen.about(row.entry.order_id for row in shown)
    matters_now = matters(store, playbook, now)
    reached = seen.reached(who, [matter.push.order_id for matter in matters_now])
    group = [matter for matter in matters_now if matter.push.order_id in reached]
    return page(
        request,
        who,
        "queue.html",
        here=HERE,
        list=found,
        titles={row.entry.order_id: title_of(row.situation.order) for row in shown},
        wheres={row.entry.order_id: place_of(row.situation.order) for row in shown},
        group=group,
        waiting={matter.push.order_id: matter for matter in group if matter.accepted_at is None},
        may_accept=who.may(Action.WRITE_EVENT) and Post.STREET_HANDLER in posts_of(who.role),
        tap=secrets.token_urlsafe(12),
        has_robot=request.app.state.settings.liaison_url is not None,
        label=who.label,
        short_of=short_of,
        calls=CALLS,
        whys=WHYS,
        find=asked.find,
        back=asked.address,
        said=_SAID.get(asked.said, ""),
        said_of=short_of(asked.order),
        undoable=asked if asked.said in _ENDS else None,
        undo_since=to_micros(now - UNDO_FOR),
        mark=mark,
        now=now,
        may_work=who.may(Action.WORK_QUEUE),
        may_set=who.may(Action.SET_CAPACITY),
        capacity=playbook.capacity(who.role, who.scope.zh),
    )
