"""What a fault does to an HTTP exchange: hanging up, errors, broken bodies, cuts and delays.

Takes: an ASGI application, the faults and a way to hang up. Gives: the same application, torn.
Never looks into what is asked beyond its method and path.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from batchcap.sandbox.faults import Faults, HttpFault
from batchcap.sandbox.shapes import error

_TREE = {
    ("POST", "files", 2): "upload",
    ("GET", "files", 2): "files",
    ("POST", "files", 3): "upload",
    ("GET", "files", 3): "file",
    ("DELETE", "files", 3): "delete",
    ("GET", "files", 4): "content",
    ("POST", "batches", 2): "create",
    ("GET", "batches", 2): "batches",
    ("GET", "batches", 3): "retrieve",
    ("POST", "batches", 4): "cancel",
    ("POST", "chat", 3): "chat",
    ("GET", "models", 2): "models",
    ("GET", "models", 3): "models",
}


@dataclass(slots=True)
class Connections:
    """The open connections by the client's address, so that one can be hung up."""

    transports: dict[tuple[str, int], asyncio.Transport] = field(default_factory=dict)

    async def hang_up(self, scope: Scope, *, flush: bool = False) -> None:
        """Close the connection of an exchange, at once or after what was sent has gone out."""
        host, port = scope.get("client") or ("", 0)
        transport = self.transports.get((host, port))
        if transport is None:
            return
        if flush:
            transport.close()
        else:
            transport.abort()
        while (host, port) in self.transports:  # noqa: ASYNC110  the protocol has no event to offer
            await asyncio.sleep(0.001)


@dataclass(frozen=True, slots=True)
class HttpFaults:
    """ASGI middleware; ``count`` numbers the occurrences of an operation."""

    app: ASGIApp
    faults: Faults
    connections: Connections
    count: Callable[[str], int]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one exchange, with the first fault that fits it."""
        fault = self._fault(scope) if scope["type"] == "http" else None
        if fault is None:
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(self, scope, receive, send)
        await {
            "drop_before": exchange.drop_before,
            "drop_after": exchange.drop_after,
            "error": exchange.error,
            "error_after": exchange.error_after,
            "broken_body": exchange.broken_body,
            "cut": exchange.cut,
            "short": exchange.short,
            "delay": exchange.delay,
            "slow": exchange.slow,
        }[fault.kind](fault)

    def _fault(self, scope: Scope) -> HttpFault | None:
        operation = operation_of(scope["method"], scope["path"])
        if not operation or not self.faults.http:
            return None
        number = self.count(f"http.{operation}")
        fitting = (fault for fault in self.faults.http if fault.fits(operation, number))
        return next(fitting, None)


def operation_of(method: str, path: str) -> str:
    """Name what a request asks for, in the words of faults.py; "" where it is nothing known."""
    steps = path.strip("/").split("/")
    return _TREE.get((method, steps[1], len(steps)), "") if len(steps) > 1 else ""


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One exchange and what can be done to it."""

    outer: HttpFaults
    scope: Scope
    receive: Receive
    send: Send

    async def drop_before(self, _fault: HttpFault) -> None:
        await self._drain()
        await self.outer.connections.hang_up(self.scope)

    async def drop_after(self, _fault: HttpFault) -> None:
        await self._unheard()
        await self.outer.connections.hang_up(self.scope)

    async def error(self, fault: HttpFault) -> None:
        await self._drain()
        await self._refuse(fault)

    async def error_after(self, fault: HttpFault) -> None:
        await self._unheard()
        await self._refuse(fault)

    async def broken_body(self, _fault: HttpFault) -> None:
        whole = await self._unheard()
        await self._as_whole(whole[: len(whole) // 2])

    async def short(self, fault: HttpFault) -> None:
        whole = await self._unheard()
        await self._as_whole(whole[: whole.rfind(b"\n", 0, fault.bytes) + 1])

    async def cut(self, fault: HttpFault) -> None:
        left = fault.bytes

        async def cutting(message: Message) -> None:
            nonlocal left
            if message["type"] != "http.response.body" or left < 0:
                await (self.send(message) if left >= 0 else asyncio.sleep(0))
                return
            body = message.get("body", b"")
            if len(body) <= left and message.get("more_body"):
                left -= len(body)
                await self.send(message)
                return
            await self.send({**message, "body": body[:left], "more_body": True})
            left = -1
            await self.outer.connections.hang_up(self.scope, flush=True)

        await self.outer.app(self.scope, self.receive, cutting)

    async def delay(self, fault: HttpFault) -> None:
        await asyncio.sleep(fault.seconds)
        await self.outer.app(self.scope, self.receive, self.send)

    async def slow(self, fault: HttpFault) -> None:
        async def slowly(message: Message) -> None:
            if message["type"] == "http.response.body":
                await asyncio.sleep(fault.seconds)
            await self.send(message)

        await self.outer.app(self.scope, self.receive, slowly)

    async def _as_whole(self, body: bytes) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await self.send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})

    async def _unheard(self) -> bytes:
        """Let the act happen and keep its answer; gives the body."""
        parts: list[bytes] = []

        async def keeping(message: Message) -> None:
            parts.append(message.get("body", b""))

        await self.outer.app(self.scope, self.receive, keeping)
        return b"".join(parts)

    async def _drain(self) -> None:
        """Read what the client sends, so that it hears the answer and not a reset."""
        while (await self.receive()).get("more_body"):
            pass

    async def _refuse(self, fault: HttpFault) -> None:
        body: Any = error(fault.status, fault.message, code=fault.code or None)
        answer = JSONResponse(body, fault.status, headers=dict(fault.headers))
        await answer(self.scope, self.receive, self.send)
