"""What a form writes about an order: within its sender's reach, received when its turn comes, and taken in behind it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import BackgroundTasks, Depends, Request
from starlette.concurrency import run_in_threadpool

from desk.access.person import Person
from desk.intake import Intake
from desk.refusals import NoSuchOrder
from serve.access import form_of
from serve.needs import Desk, Seen, TheClock, WayIn
from serve.web.typed import plain

Form = dict[str, str]
Written = TypeVar("Written")


@dataclass(frozen=True)
class _FormWriting:
    request: Request
    seen: Seen
    way_in: WayIn
    clock: TheClock
    desk: Desk
    after: BackgroundTasks

    async def form(self) -> Form:
        """The fields that were sent, blanks for what cannot be printed except where a line ends."""
        return {name: plain(value, kept="\n\t") for name, value in (await form_of(self.request)).items()}

    async def written(
        self, who: Person, order_id: str, write: Callable[[Intake, datetime], Written]
    ) -> Written:
        """What `write` brings, in one transaction. NoSuchOrder, before anything is read, where it is another's."""

        def in_turn() -> Written:
            self.seen.order(who, order_id)
            with self.way_in.store.transaction() as store:
                if not store.has_order(order_id):  # whoever sees all orders was not asked which there are
                    raise NoSuchOrder(order_id)
                return write(replace(self.way_in, store=store), self.clock())

        found = await run_in_threadpool(in_turn)
        self.after.add_task(self.desk.notice)
        return found


FormWriting = Annotated[_FormWriting, Depends()]
