"""The worked examples ingest the open data that they describe, where it lies beside the repository."""

from pathlib import Path

import pytest

from desk.settings import Settings
from hotline.order import AttributeOf
from pipelines.ingest import ingest
from store.database import open_store
from store.extracts.description_file import read_description

EXAMPLES = Path(__file__).parents[2] / "examples"
#: Orders, events and dissatisfied outcomes of each set, as its publishers count them.
SIZES = {
    "olist": (4704, 14106, 1000),
    "production": (220, 2489, None),
    "sepsis_1": (782, 13120, None),
    "sepsis_2": (782, 10924, None),
    "bpic2012_accepted": (4685, 186693, None),
    "bpic2012_cancelled": (4685, 186693, None),
    "traffic_fines": (8107, 27545, None),
}
#: Computed by others, some of them by looking ahead.
FORBIDDEN = {
    "timesincemidnight", "timesincelastevent", "timesincecasestart", "event_nr", "open_cases", "month",
    "weekday", "hour", "review_score", "order_status",
}  # fmt: skip


def described_files(name: str) -> list[Path]:
    described = read_description(EXAMPLES / f"{name}.toml")
    return [EXAMPLES / spec.path for spec in described.files]


def test_every_example_is_listed_here() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.toml")} == set(SIZES)


@pytest.mark.parametrize("name", SIZES)
def test_an_example_reads_nothing_that_gives_the_label_away(name: str) -> None:
    described = read_description(EXAMPLES / f"{name}.toml")
    assert described.dataset == name
    for spec in described.files:
        assert not FORBIDDEN & set(spec.columns())


#: The big one twice: seconds that `make check` does without.
SLOW = {"bpic2012_accepted", "bpic2012_cancelled"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in SIZES]
)
def test_an_example_ingests_its_open_data(name: str, settings: Settings) -> None:
    missing = [path for path in described_files(name) if not path.is_file()]
    if missing:
        pytest.skip(f"the open data is not here: {missing[0].name} in ../shared/data")
    summary = ingest(EXAMPLES / f"{name}.toml", settings)
    orders, events, dissatisfied = SIZES[name]
    assert (summary.new["orders"], summary.new["events"], summary.new["callbacks"]) == (
        orders,
        events,
        orders,
    )
    store = open_store(settings.home)
    assert store.dataset == name
    frames = store.frames()
    calls = frames["callbacks"]
    last = frames["events"].groupby("order_id")["known_at"].max()
    assert (calls.set_index("order_id")["known_at"] == last.reindex(calls["order_id"])).all()
    assert set(calls["rating"]) == {0.0, 3.0}
    if dissatisfied is not None:
        assert (calls["rating"] == 0).sum() == dissatisfied
    for attribute in store.attributes():
        frame = frames["orders" if attribute.of is AttributeOf.ORDER else "events"]
        assert frame[attribute.name].notna().any(), attribute.name
    store.close()
