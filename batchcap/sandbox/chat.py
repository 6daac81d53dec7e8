"""The endpoints /v1/chat/completions and /v1/models.

Takes: Starlette requests. Gives: OpenAI's answers. Never streams an answer.
"""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from batchcap.sandbox import models
from batchcap.sandbox.completions import complete, last_user_text
from batchcap.sandbox.requests import json_object, world
from batchcap.sandbox.row_faults import bend
from batchcap.sandbox.shapes import Refused

_SINCE = 1_767_225_600


def routes() -> list[Route]:
    """List the routes of completions and models."""
    return [
        Route("/v1/chat/completions", _chat, methods=["POST"]),
        Route("/v1/models", _list, methods=["GET"]),
        Route("/v1/models/{model:path}", _retrieve, methods=["GET"]),
    ]


async def _chat(request: Request) -> Response:
    options = world(request).options
    store = world(request).store
    body = await json_object(request)
    prompt = last_user_text(body)
    literal = options.faults.answer(prompt)
    status, answer = await run_in_threadpool(complete, body, options, literal)
    if options.faults.rows:
        fault = options.faults.of_row(prompt, store.count("chat"), 0)
        status, answer = bend(fault, status, answer) if fault else (status, answer)
    return JSONResponse(answer, status)


async def _list(_request: Request) -> Response:
    return JSONResponse({"object": "list", "data": [_model(name) for name in models.LISTED]})


async def _retrieve(request: Request) -> Response:
    name = request.path_params["model"]
    if models.retired(name):
        text = f"The model '{name}' does not exist or you do not have access to it."
        raise Refused(404, text, param="model", code="model_not_found")
    return JSONResponse(_model(name))


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _SINCE, "owned_by": "sandbox"}
