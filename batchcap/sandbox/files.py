"""The endpoints under /v1/files.

Takes: Starlette requests. Gives: the vendor's answers. Never holds a file in memory.
"""

import shutil
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from batchcap.sandbox.options import Options
from batchcap.sandbox.requests import lifetime, page_limit, world
from batchcap.sandbox.shapes import DAY, Refused, file_object, page
from batchcap.sandbox.speech import new_id
from batchcap.sandbox.store import FileRow

_UPLOAD = "/v1/files"
_MOST_LISTED = 10_000


def routes() -> list[Route]:
    """List the routes of the files."""
    return [
        Route(_UPLOAD, _upload, methods=["POST"]),
        Route(f"{_UPLOAD}/upload", _upload, methods=["POST"]),
        Route("/v1/files", _list, methods=["GET"]),
        Route("/v1/files/{file_id}", _retrieve, methods=["GET"]),
        Route("/v1/files/{file_id}", _delete, methods=["DELETE"]),
        Route("/v1/files/{file_id}/content", _content, methods=["GET"]),
    ]


async def _upload(request: Request) -> Response:
    store, options = world(request).store, world(request).options
    if request.url.path != options.spoken.upload:
        text = f"Invalid URL (POST {request.url.path})"
        raise Refused(404, text, code="unknown_url")
    try:
        async with request.form(max_files=1, max_fields=20) as form:
            upload, purpose = form.get("file"), form.get("purpose")
            if not isinstance(upload, UploadFile):
                raise _missing("file")
            if not isinstance(purpose, str):
                raise _missing("purpose")
            anchor, seconds = form.get("expires_after[anchor]"), form.get("expires_after[seconds]")
            asked = None if anchor is seconds is None else {"anchor": anchor, "seconds": seconds}
            name, size = upload.filename or "upload", upload.size or 0
            if options.spoken.upload != _UPLOAD:
                name = str(form.get("file_name") or "")
                if not name:
                    raise _missing("file_name")
            _check(name, purpose, size, options)
            days = lifetime(asked, "expires_after", 30 * DAY)
            file_id = new_id(options.spoken.file_id)
            await run_in_threadpool(_keep, upload.file, store.content(file_id))
    except MultiPartException as error:
        raise Refused(400, f"The form could not be read: {error.message}") from error
    return JSONResponse(
        file_object(store.add_file(file_id, name, purpose, size=size, lifetime=days))
    )


def _check(name: str, purpose: str, size: int, options: Options) -> None:
    purposes, most = options.spoken.purposes, options.most_bytes
    if purpose not in purposes:
        known = ", ".join(f"'{one}'" for one in purposes)
        text = f"'{purpose}' is not one of [{known}] - 'purpose'"
        raise Refused(400, text, param="purpose", code="invalid_value")
    if purpose != purposes[0]:
        return
    if not name.lower().endswith(".jsonl"):
        raise Refused(400, "Invalid file format for Batch API. Must be .jsonl", param="file")
    if size > most:
        text = f"The batch input file is larger than the {most} maximum for this model"
        raise Refused(413, text, param="file")


def _keep(source: BinaryIO, path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(source, target, 1024 * 1024)


async def _list(request: Request) -> Response:
    store, listed = world(request).store, world(request).options.spoken.files
    if listed == "none":
        raise Refused(404, f"Invalid URL (GET {_UPLOAD})", code="unknown_url")
    if listed == "whole":
        every = store.files("", after=None, limit=-1, oldest=True)
        return JSONResponse({"object": "list", "data": [file_object(file) for file in every]})
    limit = page_limit(request, default=_MOST_LISTED, most=_MOST_LISTED)
    order = request.query_params.get("order", "desc")
    if order not in ("asc", "desc"):
        text = "Invalid 'order': expected 'asc' or 'desc'."
        raise Refused(400, text, param="order", code="invalid_value")
    after = request.query_params.get("after")
    found = store.files(
        request.query_params.get("purpose", ""),
        after=_find(request, after).seq if after else None,
        limit=limit + 1,
        oldest=order == "asc",
    )
    return JSONResponse(page(map(file_object, found), limit))


async def _retrieve(request: Request) -> Response:
    return JSONResponse(file_object(_find(request, request.path_params["file_id"])))


async def _delete(request: Request) -> Response:
    found = _find(request, request.path_params["file_id"])
    store = world(request).store
    deleted = store.delete_file(found.id)
    return JSONResponse({"id": found.id, "object": "file", "deleted": deleted})


async def _content(request: Request) -> Response:
    found = _find(request, request.path_params["file_id"])
    store = world(request).store
    return FileResponse(store.content(found.id), media_type="application/octet-stream")


def _find(request: Request, file_id: str) -> FileRow:
    store = world(request).store
    found = store.file(file_id)
    if found is None:
        raise Refused(404, f"No such File object: {file_id}", param="id")
    return found


def _missing(param: str) -> Refused:
    text = f"Missing required parameter: '{param}'."
    return Refused(400, text, param=param, code="missing_required_parameter")
