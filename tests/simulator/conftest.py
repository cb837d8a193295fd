"""One small simulated district, read back from its files, for all tests of the simulator."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from simulator.generate import SimulatedDistrict, simulate

ORDERS, SEED = 6000, 7


@dataclass(frozen=True)
class Extract:
    """The files of an extract, times parsed."""

    written: SimulatedDistrict
    orders: pd.DataFrame
    events: pd.DataFrame
    changes: pd.DataFrame
    callbacks: pd.DataFrame
    forecasts: pd.DataFrame
    communities: pd.DataFrame
    truth: pd.DataFrame

    def first(self, event_type: str) -> pd.Series:
        """The first time of such an event, by order."""
        chosen = self.events[self.events["事件类型"] == event_type]
        return chosen.groupby("工单编号")["发生时间"].min()

    def rounds(self) -> pd.DataFrame:
        """The city's callbacks with their round and its truth."""
        city = self.callbacks[self.callbacks["回访主体"] == "市热线办"].copy()
        reopened = city["工单编号"].map(self.first("重新交办"))
        city["轮次"] = 1 + (city["回访时间"] > reopened).astype(int)
        return city.merge(self.truth, on=["工单编号", "轮次"], validate="1:1")

    def rated(self) -> pd.DataFrame:
        """The rounds that the city's caller rated."""
        return self.rounds().dropna(subset="评价")


def read(written: SimulatedDistrict) -> Extract:
    """Read an extract back as an ordinary reader would."""

    def table(name: str) -> pd.DataFrame:
        frame = pd.read_csv(written.out / f"{name}.csv", encoding="utf-8-sig", dtype={"部位": "str"})
        times = [c for c in frame.columns if c.endswith("时间") or c == "办理时限"]
        return frame.assign(**{c: pd.to_datetime(frame[c]) for c in times})

    files = [table(name) for name in ("工单", "事件", "变更", "回访", "预判", "小区", "truth")]
    return Extract(written, *files)


@pytest.fixture(scope="session")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Extract:
    out: Path = tmp_path_factory.mktemp("district")
    return read(simulate(ORDERS, SEED, out))
