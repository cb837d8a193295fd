"""A peer: FastAPI that always answers the same bytes, as many as a score has."""

import os

from fastapi import FastAPI, Response

app = FastAPI()
_BYTES = b'"' + b"x" * (int(os.environ.get("BENCH_BYTES", "600")) - 2) + b'"'


@app.get("/hello")
async def hello() -> Response:
    """The bytes."""
    return Response(_BYTES, media_type="application/json")
