"""A simulated district as ordinary extract files, with the description that explains them."""

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from hotline.origin import Origin
from simulator.calls import Silence
from simulator.generate import SimulatedDistrict, simulate


def simulate_extract(
    orders: int,
    seed: int,
    out: Path,
    progress: Callable[[str, float], None],
    silence: Silence = Silence.MILD,
) -> SimulatedDistrict:
    """Write the extract and, beside it, the Pudong description, which says that it is simulated."""
    district = simulate(orders, seed, out, progress, silence)
    description = files("store.descriptions").joinpath("pudong.toml").read_text(encoding="utf-8")
    declared = f'origin = "{Origin.SIMULATED.value}"\n\n{description}'
    (out / "pudong.toml").write_text(declared, encoding="utf-8")
    return district
