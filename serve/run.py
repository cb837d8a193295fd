"""Serving on this machine: `qingling serve`."""

import logging
import signal
import socket
import sys
from contextlib import suppress

import structlog
import uvicorn

from desk.settings import Settings
from serve.app import create_app

#: Until access is controlled, nobody but this machine may ask.
HOST = "127.0.0.1"
#: A score lets go of the interpreter a dozen times, at the database and in LightGBM; it must not wait Python's
#: usual 5 ms each time until the writer of the log, or the rescoring, lets go of it again.
_TURN_SECONDS = 0.0005


def run(settings: Settings, port: int) -> None:
    """Serve until told to stop by a signal. SystemExit with the remedy where the port is taken."""
    _log_events()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.setswitchinterval(_TURN_SECONDS)
    app = create_app(settings)
    with bound(port) as listening:
        found = listening.getsockname()[1]
        print(_told(found, settings), flush=True)
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=10)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def bound(port: int) -> socket.socket:
    """A socket that listens on this machine only. SystemExit with the remedy where the port is taken."""
    # Named TCP, so that asyncio lets small answers go at once instead of waiting 40 ms for more.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise SystemExit(
            f"port {port} on {HOST} cannot be used ({error}); choose another with --port"
        ) from error
    return listening


def _told(port: int, settings: Settings) -> str:
    address = f"http://{HOST}:{port}"
    return "\n".join(
        (
            f"Qingling serves {settings.home} at {address} (this machine only; stop with Ctrl-C)",
            f"  {address}/docs             what can be asked, with examples",
            f"  {address}/api/v1/worklist  open orders, the riskiest first",
            f"  {address}/api/v1/model     the model in service",
            f"  {address}/readyz           whether it is ready, and why not",
        )
    )


def _log_events() -> None:
    """Events as JSON lines on stderr."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
