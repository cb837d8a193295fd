"""What the service tells those who watch it: figures for Prometheus, and nothing of orders or people."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_NOWHERE = "(none)"


class Metrics:
    """The figures of one worker."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Histogram(
            "qingling_request_seconds",
            "Seconds that requests took, by the template of their address",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=registry,
        )
        self._scores = Counter(
            "qingling_scores",
            "Scores that were given, by band and cause",
            ("band", "cause"),
            registry=registry,
        )
        self._champion = Gauge(
            "qingling_champion_info", "1 for the version in service", ("version",), registry=registry
        )
        self._rescored_at = Gauge(
            "qingling_rescored_at_seconds",
            "When this worker last looked at all that was due",
            registry=registry,
        )
        self._newest_rating = Gauge(
            "qingling_newest_rating_at_seconds", "When the newest rating was known", registry=registry
        )
        self._label_delay = Gauge(
            "qingling_label_delay_days",
            "Days within which 95 of 100 ratings had come, when the champion was trained",
            registry=registry,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def scored(self, bands: Mapping[str, int], cause: str) -> None:
        """Count scores by band."""
        for band, count in bands.items():
            self._scores.labels(band, cause).inc(count)

    def champion(self, version: str | None, label_delay_days: float | None) -> None:
        """Say which version serves; none is in service where it is None."""
        self._champion.clear()
        if version is not None:
            self._champion.labels(version).set(1)
        if label_delay_days is not None:
            self._label_delay.set(label_delay_days)

    def times(self, rescored_at: datetime | None, newest_rating_at: datetime | None) -> None:
        """Say when this worker last rescored, and when the newest rating was known."""
        for gauge, moment in ((self._rescored_at, rescored_at), (self._newest_rating, newest_rating_at)):
            if moment is not None:
                gauge.set(moment.timestamp())

    def text(self) -> bytes:
        """All figures as Prometheus reads them."""
        return generate_latest(self._registry)


class Measured:
    """Times every request by the template of its address, never by the address itself."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count it when it is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            self.metrics.request(_method(scope), route_of(scope), status, seconds)


def route_of(scope: Scope) -> str:
    """The template of a request's address; the same word for all that have none."""
    route: Any = scope.get("route")
    path: str = getattr(route, "path", _NOWHERE)
    return path


def _method(scope: Scope) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return scope["method"] if scope["method"] in known else "other"
