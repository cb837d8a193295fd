"""How long a table of 20,000 orders takes by page, and whom it keeps waiting: `python -m tests.benchmarks.upload_speed [N]`."""

import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import structlog
from fastapi.testclient import TestClient

from tests.serve.bodies import an_order
from tests.serve.conftest import serving, wait_until_ready
from tests.serve.homes import make_home, settings_of
from tests.upload.pages import centre, do, loaded, sent_well
from tests.upload.tables import a_time, excel, text

_HEADER = (
    "工单编号",
    "受理时间",
    "来源",
    "工单类型",
    "类别",
    "诉求内容",
    "来电人",
    "小区",
    "街镇",
    "物业企业",
    "项目经理",
)
_HEADER += ("部位", "办理时限", "派单时间", "接单时间", "先行联系时间", "备注")
#: Seconds between two turns of those who are kept waiting.
_EVERY = 0.01


def main() -> None:
    """Print the seconds of preview and load, and the longest waits of a thread and of a live write meanwhile."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(make_home(Path(folder))).model_copy(update={"rescore_minutes": 0})
        table = [_HEADER, *(_row(number) for number in range(rows))]
        as_text, as_excel = text(table), excel(table)
        with serving(settings) as client:
            wait_until_ready(client)
            who = centre(settings.home)
            with _longest(lambda: time.sleep(_EVERY)) as stall:
                for name, content in (("CSV", as_text), ("Excel", as_excel)):
                    began = time.perf_counter()
                    address = sent_well(client, who, content)
                    print(f"{rows:,} rows by {name}: preview {time.perf_counter() - began:.1f} s")
                    if name == "CSV":
                        do(client, who, f"{address}/discard")
                with _longest(lambda: _write(client)) as write:
                    began = time.perf_counter()
                    assert "已导入" in loaded(client, who, address)
                    print(
                        f"load {time.perf_counter() - began:.1f} s, longest live write meanwhile {write[0]:.2f} s"
                    )
            print(f"longest that a thread of the service was held up: {stall[0] - _EVERY:.2f} s")


def _row(number: int) -> list[str | None]:
    said = (
        f"楼道灯不亮，{number}号楼",
        f"139{number:08d}",
        f"小区{number % 400}",
        f"街镇{number % 12}",
        f"企业{number % 80}",
    )
    where = (f"经理{number % 300}", "共用部位", a_time(-48), a_time(40), a_time(39), a_time(30), "无")
    return [f"UP-{number:06d}", a_time(41), "12345", "维修", "公共照明", *said, *where]


def _write(client: TestClient) -> None:
    assert client.post("/api/v1/orders", json=an_order()).status_code == 201


@contextmanager
def _longest(turn: Callable[[], None]) -> Iterator[list[float]]:
    """Does a thing again and again; the seconds of its longest turn so far."""
    stop, longest = Event(), [0.0]

    def work() -> None:
        while not stop.is_set():
            began = time.perf_counter()
            turn()
            longest[0] = max(longest[0], time.perf_counter() - began)

    thread = Thread(target=work)
    thread.start()
    yield longest
    stop.set()
    thread.join()


if __name__ == "__main__":
    main()
