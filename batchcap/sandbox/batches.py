"""The endpoints under /v1/batches.

Takes: Starlette requests. Gives: the vendor's answers. Never works a row: worker.py does.
"""

import hashlib
import time
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from batchcap.sandbox import speech
from batchcap.sandbox.dialects import Dialect
from batchcap.sandbox.requests import json_object, lifetime, metadata, page_limit, world
from batchcap.sandbox.shapes import DAY, Refused, page
from batchcap.sandbox.store import OPEN, BatchRow, NewBatch

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
    store, spoken = world(request).store, world(request).options.spoken
    body = await json_object(request)
    _check(body, spoken)
    file = store.file(body["input_file_id"])
    if file is None:
        text = (
            f"Cannot find file {body['input_file_id']}, or project proj_sandbox does not have"
            " access to it."
        )
        raise Refused(400, text, param="file_id")
    if file.purpose != spoken.purposes[0]:
        text = (
            f"Invalid 'input_file_id': {file.id} was not uploaded with purpose"
            f" '{spoken.purposes[0]}'."
        )
        raise Refused(400, text, param="input_file_id", code="invalid_value")
    new = _new(body, spoken)
    batch = _same(store.batch(new.id), new)
    if batch is None:
        batch = store.add_batch(new)
        world(request).wake()
    answer, status = speech.created(_shown(request, batch), spoken)
    return JSONResponse(answer, status)


def _check(body: dict[str, Any], spoken: Dialect) -> None:
    for name in body:
        if name not in (*_KNOWN, *spoken.options):
            text = f"Unknown parameter: '{name}'."
            raise Refused(400, text, param=name, code="unknown_parameter")
    for name in _REQUIRED:
        if not isinstance(body.get(name), str):
            text = f"Missing required parameter: '{name}'."
            raise Refused(400, text, param=name, code="missing_required_parameter")
    for name, known in (("endpoint", spoken.endpoints), ("completion_window", spoken.windows)):
        if body[name] not in known:
            text = f"Invalid value: '{body[name]}'. Supported values are: '{known[0]}'."
            raise Refused(400, text, param=name, code="invalid_value")


def _new(body: dict[str, Any], spoken: Dialect) -> NewBatch:
    pairs = metadata(body.get("metadata"))
    batch_id, key = speech.new_id(spoken.batch_id), body.get("idempotency_key")
    if key is not None:
        batch_id = f"batch_{hashlib.sha256(str(key).encode()).hexdigest()[:24]}"
    return NewBatch(
        id=batch_id,
        output_id=speech.new_id(spoken.file_id),
        error_id=speech.new_id(spoken.file_id),
        endpoint=body["endpoint"],
        input_file_id=body["input_file_id"],
        completion_window=body["completion_window"],
        metadata=None if spoken.metadata == "dropped" else pairs,
        result_seconds=lifetime(body.get("output_expires_after"), "output_expires_after", 30 * DAY),
    )


def _same(batch: BatchRow | None, new: NewBatch) -> BatchRow | None:
    """Give the batch that the same idempotency key made before; raises Refused for another one."""
    if batch is None or (batch.input_file_id, batch.endpoint, batch.completion_window) == (
        new.input_file_id,
        new.endpoint,
        new.completion_window,
    ):
        return batch
    raise Refused(409, "This idempotency_key was used with other parameters before.")


async def _list(request: Request) -> Response:
    store, spoken = world(request).store, world(request).options.spoken
    if spoken.batches == "none":
        raise Refused(405, "Method Not Allowed")
    if spoken.batches == "whole":
        oldest_first = reversed(store.batches(None, -1))
        return JSONResponse([_shown(request, batch) for batch in oldest_first])
    limit = page_limit(request, default=20, most=100)
    if spoken.batches == "cursor":
        cursor = request.query_params.get("cursor")
        found = store.batches(speech.after_cursor(cursor) if cursor else None, limit + 1)
        shown = [_shown(request, batch) for batch in found]
        return JSONResponse(speech.cursor_page(shown, limit, found))
    after = request.query_params.get("after")
    found = store.batches(_find(request, after).seq if after else None, limit + 1)
    return JSONResponse(page((_shown(request, batch) for batch in found), limit))


async def _retrieve(request: Request) -> Response:
    batch = _find(request, request.path_params["batch_id"])
    late = world(request).options.faults.of_batch(batch.seq).late_files
    if late and batch.status not in OPEN and world(request).store.count(f"late.{batch.id}") <= late:
        batch = replace(batch, has_output=False, has_error=False)
    return JSONResponse(_shown(request, batch))


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
    return speech.batch(batch, options.spoken, options.faults.of_batch(batch.seq))
