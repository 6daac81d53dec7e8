"""The server itself: the ASGI application, a socket, a thread for HTTP and one for the work.

Takes: Options. Gives: a base URL that answers while it is served. Never leaves a thread, a socket
or a database open behind it, and never lets anyone in without a key.
"""

import asyncio
import secrets
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from batchcap.sandbox import batches, chat, files
from batchcap.sandbox.http_faults import Connections, HttpFaults
from batchcap.sandbox.options import Options
from batchcap.sandbox.requests import World
from batchcap.sandbox.shapes import Refused, error
from batchcap.sandbox.store import Store
from batchcap.sandbox.worker import Worker

_START_SECONDS = 30


@contextmanager
def serving(options: Options, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve on threads of this process while the context lasts; gives the base URL."""
    with _running(options, host, port) as (url, _thread):
        yield url


def serve(options: Options, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C."""
    with suppress(KeyboardInterrupt), _running(options, host, port) as (url, thread):
        ready(url)
        while thread.is_alive():
            thread.join(0.5)  # without a time-out Windows would not hear Ctrl-C


def create_app(options: Options, connections: Connections, wake: Callable[[], None]) -> ASGIApp:
    """Build the application; ``wake`` tells the worker that there is something new."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        with closing(Store(options.directory)) as store:
            app.state.world = World(options, store, wake)
            yield

    app = Starlette(
        routes=[*files.routes(), *batches.routes(), *chat.routes()],
        exception_handlers={
            Refused: _refused,
            HTTPException: _unknown_url,
            OSError: _no_room,
            sqlite3.Error: _no_room,
            500: _crashed,
        },
        lifespan=lifespan,
    )

    def count(name: str) -> int:
        world: World = app.state.world
        return world.store.count(name)

    return HttpFaults(_Door(app, options.spoken.auth), options.faults, connections, count)


class _Door:
    """Asks for a key, and numbers the requests."""

    def __init__(self, app: ASGIApp, auth: str) -> None:
        self._app = app
        self._auth = auth

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                number = (b"x-request-id", f"req_{secrets.token_hex(16)}".encode())
                message = {**message, "headers": [*message["headers"], number]}
            await send(message)

        if _let_in(dict(scope["headers"]), self._auth):
            await self._app(scope, receive, numbered)
            return
        while (await receive()).get("more_body"):
            pass  # a client that is still sending would see a reset in place of the answer
        body = error(401, "Incorrect API key provided.", code="invalid_api_key")
        await JSONResponse(body, 401)(scope, receive, numbered)


def _let_in(headers: dict[bytes, bytes], auth: str) -> bool:
    scheme, _, key = headers.get(b"authorization", b"").partition(b" ")
    if auth == "api-key":
        key = headers.get(b"api-key", b"")
    elif scheme.lower() != b"bearer":
        return False
    return bool(key.strip()) and not key.strip().startswith(b"sk-invalid")


async def _refused(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refused)  # noqa: S101  Starlette's own promise
    return JSONResponse(refusal.body(), refusal.status)


async def _unknown_url(request: Request, problem: Exception) -> Response:
    status = problem.status_code if isinstance(problem, HTTPException) else 404
    text = f"Invalid URL ({request.method} {request.url.path})"
    return JSONResponse(error(status, text, code="unknown_url"), status)


async def _no_room(_request: Request, trouble: Exception) -> Response:
    reason = getattr(trouble, "strerror", None) or trouble
    text = f"The server cannot use its directory ({reason}): make room or allow access."
    return JSONResponse(error(507, text), 507)


async def _crashed(_request: Request, _problem: Exception) -> Response:
    return JSONResponse(error(500, "The server had an error while processing your request."), 500)


@contextmanager
def _running(options: Options, host: str, port: int) -> Iterator[tuple[str, threading.Thread]]:
    options.directory.mkdir(parents=True, exist_ok=True)
    try:
        Store(options.directory).close()
    except sqlite3.Error as problem:
        # Within the server it would be a traceback on the screen.
        raise OSError(f"the sandbox cannot use its directory ({problem})") from problem
    worker = Worker(options)
    connections = Connections()
    app = create_app(options, connections, worker.wake.set)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=2048) as listener:
        url = _base_url(host, listener.getsockname()[1])
        server = uvicorn.Server(_config(app, connections))
        web = threading.Thread(
            target=lambda: asyncio.run(server.serve(sockets=[listener])), name="sandbox-http"
        )
        work = threading.Thread(target=worker.run, name="sandbox-work")
        web.start()
        try:
            _wait_until_started(server, web)
            work.start()
            yield url, web
        finally:
            worker.stop.set()
            worker.wake.set()
            server.should_exit = True
            web.join()
            if work.ident is not None:
                work.join()


def _config(app: ASGIApp, connections: Connections) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_tracked(connections),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=2,
    )


def _tracked(connections: Connections) -> type[H11Protocol]:
    """Make a protocol that tells which connections are open, so that a fault can hang one up."""

    class Tracked(H11Protocol):
        def connection_made(self, transport: Any) -> None:
            self.peer = tuple((transport.get_extra_info("peername") or ())[:2])
            connections.transports[self.peer] = transport
            # asyncio leaves this out for a socket of protocol 0, and each answer then waits 40 ms
            wire = transport.get_extra_info("socket")
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.transports.pop(self.peer, None)
            super().connection_lost(exc)

    return Tracked


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    pause = threading.Event()
    for _ in range(_START_SECONDS * 200):
        if server.started:
            return
        if not thread.is_alive():
            break
        pause.wait(0.005)
    raise OSError("The sandbox did not start; its directory may be read-only or damaged.")


def _base_url(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104  shown, not bound
    return f"http://[{shown}]:{port}/v1" if ":" in shown else f"http://{shown}:{port}/v1"
