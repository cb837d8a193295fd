"""Requests made from the OpenAPI description, right and wrong; the long form is `make torture`."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from serve.app import create_app
from tests.serve.conftest import a_key, wait_until_ready
from tests.serve.homes import settings_of
from tests.torture.wild_requests import send_wild_requests

pytestmark = pytest.mark.slow


def test_every_answer_is_as_the_description_says(own_home: Path) -> None:
    # An app of its own: Schemathesis starts and stops the one that it is given.
    app, key = create_app(settings_of(own_home)), a_key(settings_of(own_home))
    with TestClient(app) as client:
        wait_until_ready(client)
        tally = send_wild_requests(app, key, 120)
    assert not tally.failures, "\n".join(tally.failures)
    assert not {500, 503} & tally.statuses.keys()
    paths = app.openapi()["paths"].items()
    assert tally.operations == {f"{way.upper()} {path}" for path, ways in paths for way in ways}
