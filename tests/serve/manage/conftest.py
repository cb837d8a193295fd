"""A service without a model, and people with accounts: 管理 needs no more."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from desk.access.issuing import Issuing
from desk.settings import Settings
from hotline.calendar import SHANGHAI
from hotline.policy import Role
from hotline.scope import scope_of
from serve.app import create_app
from store.database import Store, open_store
from tests.serve.manage.browsing import PASSWORD, Browser

_PEOPLE: dict[str, tuple[Role, dict[str, list[str]]]] = {
    "管": (Role.ADMIN, {}),
    "区": (Role.DISTRICT_CENTRE, {}),
    "甲": (Role.MANAGER, {"managers": ["甲"]}),
    "清和": (Role.COMPANY, {"companies": ["清和物业"]}),
    "话务": (Role.CALL_CENTRE, {}),
    "街": (Role.STREET_HANDLER, {"streets": ["花木街道"]}),
}


@pytest.fixture(autouse=True)
def always_quick(quick_hashes: None) -> None:
    """Here passwords never take time."""


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """The store with an account for each of the people."""
    opened = open_store(settings.home)
    issuing = Issuing(opened.engine, "the test", datetime.now(SHANGHAI))
    for name, (role, scope) in _PEOPLE.items():
        issuing.add_account(name, role, scope_of(role, **scope), PASSWORD)
    yield opened
    opened.close()


@pytest.fixture
def app(settings: Settings, store: Store) -> Iterator[TestClient]:
    """A service without a model: 管理 needs none."""
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def admin(app: TestClient) -> Browser:
    """An admin who signed in."""
    return Browser(app, "管")
