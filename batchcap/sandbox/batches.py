"""The endpoints under /v1/batches.

Takes: Starlette requests. Gives: OpenAI's answers. Never works a row: worker.py does.
"""

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from batchcap.sandbox.checks import ENDPOINT
from batchcap.sandbox.requests import json_object, lifetime, metadata, page_limit, world
from batchcap.sandbox.shapes import DAY, Refused, batch_object, page
from batchcap.sandbox.store import OPEN, BatchRow

_KNOWN = ("input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after")
_REQUIRED = ("input_file_id", "endpoint", "completion_window")


def routes() -> list[Route]:
    """List the routes of the batches."""
    return [
        Route("/v1/batches", _create, methods=["POST"]),
        Route("/v1/batches", _list, methods=["GET"]),
        Route("/v1/batches/{batch_id}", _retrieve, methods=["GET"]),
        Route("/v1/batches/{batch_id}/cancel", _cancel, methods=["POST"]),
    ]


async def _create(request: Request) -> Response:
    store = world(request).store
    body = await json_object(request)
    _check(body)
    pairs = metadata(body.get("metadata"))
    seconds = lifetime(body.get("output_expires_after"), "output_expires_after", 30 * DAY)
    file = store.file(body["input_file_id"])
    if file is None:
        text = (
            f"Cannot find file {body['input_file_id']}, or project proj_sandbox does not have"
            " access to it."
        )
        raise Refused(400, text, param="file_id")
    if file.purpose != "batch":
        text = f"Invalid 'input_file_id': {file.id} was not uploaded with purpose 'batch'."
        raise Refused(400, text, param="input_file_id", code="invalid_value")
    batch = store.add_batch(body["endpoint"], file.id, pairs, seconds)
    world(request).wake()
    return JSONResponse(_shown(request, batch))


def _check(body: dict[str, Any]) -> None:
    for name in body:
        if name not in _KNOWN:
            text = f"Unknown parameter: '{name}'."
            raise Refused(400, text, param=name, code="unknown_parameter")
    for name in _REQUIRED:
        if not isinstance(body.get(name), str):
            text = f"Missing required parameter: '{name}'."
            raise Refused(400, text, param=name, code="missing_required_parameter")
    for name, known in (("endpoint", ENDPOINT), ("completion_window", "24h")):
        if body[name] != known:
            text = f"Invalid value: '{body[name]}'. Supported values are: '{known}'."
            raise Refused(400, text, param=name, code="invalid_value")


async def _list(request: Request) -> Response:
    store = world(request).store
    limit = page_limit(request, default=20, most=100)
    after = request.query_params.get("after")
    found = store.batches(_find(request, after).seq if after else None, limit + 1)
    return JSONResponse(page((_shown(request, batch) for batch in found), limit))


async def _retrieve(request: Request) -> Response:
    return JSONResponse(_shown(request, _find(request, request.path_params["batch_id"])))


async def _cancel(request: Request) -> Response:
    store = world(request).store
    batch = _find(request, request.path_params["batch_id"])
    while batch.status in OPEN and batch.status != "cancelling":
        # the worker may have moved it on since it was read
        store.move(batch, "cancelling", cancelling_at=time.time())
        batch = _find(request, batch.id)
    if batch.status != "cancelling":
        raise Refused(409, f"Cannot cancel a batch with status '{batch.status}'.")
    world(request).wake()
    return JSONResponse(_shown(request, batch))


def _find(request: Request, batch_id: str) -> BatchRow:
    store = world(request).store
    found = store.batch(batch_id)
    if found is None:
        raise Refused(404, f"No batch found with id '{batch_id}'.")
    return found


def _shown(request: Request, batch: BatchRow) -> dict[str, Any]:
    options = world(request).options
    return batch_object(batch, options.faults.of_batch(batch.seq))
