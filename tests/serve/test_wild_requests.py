"""Requests made from the OpenAPI description, right and wrong; the long form is `make torture`."""

from typing import cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.torture.wild_requests import send_wild_requests

pytestmark = [pytest.mark.xdist_group("served"), pytest.mark.slow]


def test_every_answer_is_as_the_description_says(client: TestClient) -> None:
    app = cast(FastAPI, client.app)
    tally = send_wild_requests(app, {"Authorization": client.headers["Authorization"]}, 120)
    assert not tally.failures, "\n".join(tally.failures)
    assert not {500, 503} & tally.statuses.keys()
    described = {
        f"{method.upper()} {path}" for path, methods in app.openapi()["paths"].items() for method in methods
    }
    assert tally.operations == described
