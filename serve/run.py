"""Serving on this machine: `qingling serve`."""

import ctypes
import ipaddress
import logging
import signal
import socket
import sys
from contextlib import suppress

import structlog
import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from uvicorn.supervisors import Multiprocess

from desk.opening import open_store_in_use
from desk.settings import Settings, load_settings
from hotline.errors import ArgumentError
from models.registry import Registry
from serve.app import create_app
from store.access.accounts import all_accounts
from store.access.api_keys import all_keys
from store.database import open_store

#: Whoever wants others to ask says so.
HOST = "127.0.0.1"
#: A score lets go of the interpreter a dozen times, at the database and in LightGBM; it must not wait Python's
#: usual 5 ms each time until the writer of the log, or the rescoring, lets go of it again.
_TURN_SECONDS = 0.0005
#: glibc's number of the setting, and so many heaps: eight a core is its own choice.
_M_ARENA_MAX, _ARENAS = -8, 2
#: A worker that is silent for so long is replaced; sorting a large history may keep it busy for a while.
_SILENT_SECONDS = 60


def run(settings: Settings, port: int, host: str = HOST, workers: int = 1) -> None:
    """Serve until told to stop by a signal. SystemExit with the remedy where the port is taken.

    Several workers are processes that share the port; each takes its settings from the environment anew.

    ArgumentError where others could ask and nobody has an account, SchemaError where the tables are of
    another version.
    """
    _refuse_other_tables(settings)
    Registry(settings.home).settle()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    has_accounts = _has_accounts(settings)
    if not is_loopback(host) and not has_accounts:
        raise ArgumentError(
            f"nobody has an account yet, so nothing is served at {host}; first: "
            "qingling user add NAME --role admin --generate"
        )
    with bound(port, host) as listening:
        print(_told(listening.getsockname()[1], settings, host, has_accounts), flush=True)
        with suppress(KeyboardInterrupt):
            if workers == 1:
                uvicorn.Server(served_by(_worker(settings), settings)).run(sockets=[listening])
            else:
                several = served_by(f"{__name__}:{of_environment.__name__}", settings, workers)
                Multiprocess(several, sockets=[listening]).run()


def of_environment() -> FastAPI:
    """The app of one worker among several."""
    return _worker(load_settings())


def _worker(settings: Settings) -> FastAPI:
    _log_events()
    sys.setswitchinterval(_TURN_SECONDS)
    _few_arenas()
    return create_app(settings)


def _few_arenas() -> None:
    """Have the C library keep few heaps (glibc): with one for each of many threads, freed memory seems to grow."""
    if tell := getattr(ctypes.CDLL(None), "mallopt", None):
        tell(_M_ARENA_MAX, _ARENAS)


def served_by(app: FastAPI | str, settings: Settings, workers: int = 1) -> uvicorn.Config:
    """How the app is served; of proxies' headers only those of the trusted ones are believed."""
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        timeout_worker_healthcheck=_SILENT_SECONDS,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
    )


def _refuse_other_tables(settings: Settings) -> None:
    """SchemaError where the tables are of another version; a database that is gone may come back."""
    with suppress(SQLAlchemyError, OSError):
        open_store(settings.home, settings.dataset, settings.database_url).close()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address; of a name that is not localhost nobody knows."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def bound(port: int, host: str = HOST) -> socket.socket:
    """A socket that listens at this address. SystemExit with the remedy where it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named TCP, so that asyncio lets small answers go at once instead of waiting 40 ms for more.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise SystemExit(
            f"port {port} on {host} cannot be used ({error}); choose another with --port"
        ) from error
    return listening


def _has_accounts(settings: Settings) -> bool:
    try:
        store = open_store_in_use(settings)
    except (SQLAlchemyError, OSError):
        return True  # the database is gone; whoever has an account cannot be asked before it is back
    try:
        return bool(all_accounts(store.engine) or all_keys(store.engine))
    finally:
        store.close()


def _told(port: int, settings: Settings, host: str, has_accounts: bool) -> str:
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    reach = "this machine only" if is_loopback(host) else "put TLS before it: docs/access.md"
    who = (
        "" if has_accounts else "; nobody has an account yet: qingling user add NAME --role admin --generate"
    )
    return "\n".join(
        (
            f"Qingling serves {settings.home} at {address} ({reach}; stop with Ctrl-C)",
            f"  {address}/login            sign in{who}",
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
