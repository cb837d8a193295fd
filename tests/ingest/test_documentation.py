"""The examples in the documentation are descriptions that can be read."""

import re
from pathlib import Path

import pytest

from store.extracts.description_file import read_description

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["extracts.md", "extracts.zh-CN.md"])
def test_the_example_of_the_page_can_be_read(name: str, tmp_path: Path) -> None:
    page = (DOCS / name).read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "example.toml").write_text(example, "utf-8")
    described = read_description(tmp_path / "example.toml")
    assert described.lists_orders()
    assert described.attributes()
