"""How the sandbox imitates other vendors: what they refuse, and what they say instead."""

import contextlib
import json
import re
import sqlite3
import time

import httpx2
import openai
import pytest

from batchcap.sandbox import DIALECTS, Options, serving
from batchcap.sandbox.checks import queue_error, survey

UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def with_api_key(request: httpx2.Request) -> None:
    request.headers["api-key"] = request.headers.pop("Authorization").removeprefix("Bearer ")


@pytest.fixture
def vendor(tmp_path):
    """Serve a dialect to the openai client as its users set it up."""

    @contextlib.contextmanager
    def serve(name, **options):
        hooks = {"request": [with_api_key]} if name == "azure" else {}
        given = {"pace": 0.0, "dialect": name, **options}
        with (
            serving(Options(tmp_path / "server", **given)) as url,
            openai.OpenAI(
                base_url=url,
                api_key="k",
                max_retries=0,
                http_client=openai.DefaultHttpxClient(event_hooks=hooks),
            ) as client,
        ):
            yield client

    return serve


def upload(client, lines, purpose="batch", path="/files", **fields):
    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    made = client.post(
        path,
        cast_to=object,
        body={"purpose": purpose, **fields},
        files=[("file", ("tasks.jsonl", content, "application/jsonl"))],
        options={"headers": {"Content-Type": "multipart/form-data"}},
    )
    return made["id"]


def together(client, lines):
    return upload(client, lines, "batch-api", "/files/upload", file_name="tasks.jsonl")


def create(client, file_id, window="24h", **more):
    body = {
        "input_file_id": file_id,
        "endpoint": "/v1/chat/completions",
        "completion_window": window,
        **more,
    }
    return client.post("/batches", cast_to=object, body=body)


def ended(client, batch_id):
    """Wait for a batch without naming its words: each has its time of completion or failure."""
    for _ in range(6000):
        batch = client.get(f"/batches/{batch_id}", cast_to=object)
        if batch["status"].lower() in ("completed", "failed"):
            return batch
        time.sleep(0.005)
    raise AssertionError(f"{batch_id} does not end")


def lines_of(client, file_id):
    return [json.loads(each) for each in client.files.content(file_id).text.splitlines()]


def bare(line):
    return {"custom_id": line["custom_id"], "body": line["body"]}


def test_an_unknown_dialect_is_refused_with_what_is_near(tmp_path):
    with pytest.raises(ValueError, match="did you mean 'openai'"):
        Options(tmp_path, dialect="opnai")
    with pytest.raises(ValueError, match="known: azure, "):
        Options(tmp_path, dialect="§")


def test_azure_wants_its_own_header_and_says_its_own_words(vendor, line):
    with vendor("azure", queue_tokens=100) as client:
        batch = create(client, upload(client, [line("a")]))
        assert re.fullmatch(f"batch_{UUID}", batch["id"])
        assert (batch["output_file_id"], batch["error_file_id"]) == ("", "")
        assert batch["request_counts"] == {"total": None, "completed": None, "failed": None}
        batch = ended(client, batch["id"])
        assert batch["status"] == "Failed"
        (error,) = batch["errors"]["data"]
        assert error["code"] == "token_limit_exceeded"
        assert "the configured limit of 0.1K for the deployment 'gpt-6-luna'" in error["message"]
        with (
            openai.OpenAI(base_url=client.base_url, api_key="k", max_retries=0) as bearer,
            pytest.raises(openai.AuthenticationError),
        ):
            bearer.batches.list()


def test_azure_has_an_error_file_of_no_bytes_and_two_names_for_the_endpoint(vendor, line):
    with vendor("azure") as client:
        old = upload(client, [line("a", url="/chat/completions")])
        batch = ended(client, create(client, old, endpoint="/chat/completions")["id"])
        assert batch["status"] == "Completed"
        assert batch["request_counts"] == {"total": 1, "completed": 1, "failed": 0}
        assert client.files.content(batch["error_file_id"]).content == b""
        mixed = ended(client, create(client, old)["id"])
        assert [each["code"] for each in mixed["errors"]["data"]] == ["url_mismatch"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"url": "/v1/responses"}, "url_mismatch"),
        ({"method": "GET"}, "invalid_request"),
        ({"custom_id": "a"}, "duplicate_custom_id"),
        ({"body": {"model": "other", "messages": []}}, "model_mismatch"),
    ],
)
def test_azure_has_codes_of_its_own(line, change, code):
    rows = [json.dumps(each).encode() for each in (line("a"), {**line("b"), **change})]
    found = survey(rows, "/v1/chat/completions", 9, DIALECTS["azure"])
    assert [each["code"] for each in found.errors] == [code]
    many = survey(rows[:1] * 2, "/v1/chat/completions", 1, DIALECTS["azure"]).errors
    assert many[-1]["code"] == "too_many_tasks"
    said = queue_error("x", 30_000, DIALECTS["azure"])["message"]
    assert "limit of 30K" in said


def test_groq_pages_by_a_cursor_that_the_client_does_not_follow(vendor, line):
    with vendor("groq") as client:
        file_id = upload(client, [line("a"), line("b", {**line("b")["body"], "model": "other"})])
        made = [create(client, file_id, "7d")["id"] for _ in range(5)]
        assert re.fullmatch(r"batch_01[0-9a-z]{24}", made[0])
        assert [each.id for each in client.batches.list(limit=2)] == made[:2:-1]
        cursor, found = "", []
        while cursor is not None:
            page = client.get(
                "/batches",
                cast_to=object,
                options={"params": {"limit": 2, **({"cursor": cursor} if cursor else {})}},
            )
            found += [each["id"] for each in page["data"]]
            cursor = page["paging"]["next_cursor"]
        assert found == made[::-1]
        with pytest.raises(openai.BadRequestError, match="cursor"):
            client.get("/batches", cast_to=object, options={"params": {"cursor": "batch_1"}})
        batch = ended(client, made[0])
        assert (batch["errors"], batch["request_counts"]["completed"]) == (None, 2)
        assert batch["expires_at"] == batch["created_at"] + 7 * 86_400
        with pytest.raises(openai.BadRequestError):
            create(client, file_id, "8d")


def test_groq_may_complete_with_errors_in_a_bare_list(vendor, line, body):
    with vendor("groq") as client:
        rows = [line("a"), line("b", body(url="data:image/png;base64,AAAA"))]
        batch = ended(client, create(client, upload(client, rows))["id"])
        assert batch["status"] == "completed"
        assert [each["message"] for each in batch["errors"]] == ["1 requests of this batch failed."]


def test_together_wraps_what_it_creates_and_lists_without_pages(vendor, line, body):
    with vendor("together") as client:
        file_id = together(client, [bare(line("a")), bare(line("b", body(url="data:x")))])
        answer = client.post(
            "/batches",
            cast_to=object,
            body={
                "input_file_id": file_id,
                "endpoint": "/v1/chat/completions",
                "completion_window": "24h",
                "metadata": {"mine": "1"},
            },
        )
        assert set(answer) == {"job", "warning"}
        assert re.fullmatch(UUID, answer["job"]["id"])
        assert answer["job"]["status"] == "VALIDATING"
        job = ended(client, answer["job"]["id"])
        assert job["status"] == "COMPLETED"
        assert re.fullmatch(MOMENT, job["created_at"])
        assert re.fullmatch(MOMENT, job["completed_at"])
        assert job["progress"] == 100
        assert not {"metadata", "request_counts", "errors"} & set(job)
        (wrong,) = lines_of(client, job["error_file_id"])
        assert (wrong["custom_id"], set(wrong)) == ("b", {"custom_id", "error"})
        second = create(client, file_id)["job"]["id"]
        listed = client.get("/batches", cast_to=object, options={"params": {"limit": 1}})
        assert [each["id"] for each in listed] == [job["id"], second]
        files = client.get("/files", cast_to=object)["data"]
        assert {"purpose": "batch-api", "filename": "tasks.jsonl"}.items() <= files[0].items()


def test_together_has_its_own_upload(vendor, line):
    with vendor("together") as client:
        rows = [bare(line("a"))]
        for path, purpose, fields in (
            ("/files", "batch-api", {"file_name": "a.jsonl"}),
            ("/files/upload", "batch", {"file_name": "a.jsonl"}),
            ("/files/upload", "batch-api", {}),
        ):
            with pytest.raises(openai.APIStatusError):
                upload(client, rows, purpose, path, **fields)
    with vendor("openai") as client, pytest.raises(openai.NotFoundError):
        together(client, rows)


def test_together_refuses_lines_and_parameters_of_openai(vendor, line, body):
    with vendor("together") as client:
        job = ended(client, create(client, together(client, [line("a")]))["job"]["id"])
        assert job["status"] == "FAILED"
        assert "Unknown field 'method'" in job["error"]
        row = {"custom_id": "a", "body": body(max_completion_tokens=9)}
        job = ended(client, create(client, together(client, [row]))["job"]["id"])
        (wrong,) = lines_of(client, job["error_file_id"])
        assert "max_completion_tokens" in wrong["error"]["message"]


@pytest.mark.parametrize("name", ["together", "doubleword"])
def test_a_custom_id_has_64_characters_at_most(line, name):
    spoken = DIALECTS[name]
    for length, errors in ((64, 0), (65, 1)):
        row = line("x" * length)
        row = bare(row) if name == "together" else row
        found = survey([json.dumps(row).encode()], "/v1/chat/completions", 9, spoken)
        assert len(found.errors) == errors


def test_novita_shouts_writes_dates_and_leaves_nothing_null(vendor, line):
    with vendor("novita") as client:
        file_id = upload(client, [bare(line("a"))])
        with pytest.raises(openai.BadRequestError):
            create(client, file_id, "24h")
        batch = create(client, file_id, "48h", metadata={"mine": "1"})
        assert (batch["status"], batch["errors"], batch["metadata"]) == ("VALIDATING", "", None)
        assert (batch["output_file_id"], batch["error_file_id"]) == ("", "")
        batch = ended(client, batch["id"])
        assert (batch["status"], batch["error_file_id"]) == ("COMPLETED", "")
        assert re.fullmatch(MOMENT, batch["created_at"])
        bad = ended(client, create(client, upload(client, ["x"]), "48h")["id"])
        assert bad["status"] == "FAILED"
        assert bad["errors"] == "This line is not parseable as valid JSON."


def test_ogx_knows_a_create_again_by_its_key(vendor, line):
    with vendor("ogx") as client:
        file_id, other = (upload(client, [line("a")]) for _ in range(2))
        first = create(client, file_id, idempotency_key="once")
        again = create(client, file_id, idempotency_key="once")
        assert first["id"] == again["id"] != create(client, file_id)["id"]
        with pytest.raises(openai.ConflictError):
            create(client, other, idempotency_key="once")
        assert len(list(client.batches.list())) == 2


def test_ogx_says_its_bodies_as_texts_and_has_both_files(vendor, line, body):
    with vendor("ogx") as client:
        batch = ended(client, create(client, upload(client, [line("a")]))["id"])
        (row,) = lines_of(client, batch["output_file_id"])
        assert set(row) == {"id", "custom_id", "response"}
        assert json.loads(row["response"]["body"])["object"] == "chat.completion"
        assert client.files.content(batch["error_file_id"]).content == b""
        bad = upload(client, [line("b", body(url="data:image/png;base64,AAAA"))])
        batch = ended(client, create(client, bad)["id"])
        assert client.files.content(batch["output_file_id"]).content == b""
        (row,) = lines_of(client, batch["error_file_id"])
        assert set(row) == {"custom_id", "error"}
        assert row["error"]["type"] == "request_failed"


def test_options_of_a_create_belong_to_their_vendor(vendor, line):
    hook = {"webhook_url": "https://example.org/done"}
    with vendor("inference-net") as client:
        assert create(client, upload(client, [line("a")]), **hook)["id"]
    with vendor("openai") as client, pytest.raises(openai.BadRequestError, match="webhook_url"):
        create(client, upload(client, [line("a")]), **hook)


def test_cerebras_gives_metadata_back_as_lists(vendor, line):
    with vendor("cerebras") as client:
        batch = create(client, upload(client, [line("a")]), metadata={"mine": "1"})
        assert batch["metadata"] == {"mine": ["1"]}


def test_a_mute_server_lists_nothing(vendor, line):
    with vendor("mute") as client:
        batch = create(client, upload(client, [line("a")]), metadata={"mine": "1"})
        assert batch["metadata"] is None
        assert batch["created_at"] > 1e12
        for path, status in (("/batches", 405), ("/files", 404)):
            with pytest.raises(openai.APIStatusError) as caught:
                client.get(path, cast_to=object)
            assert caught.value.status_code == status


def test_a_directory_of_an_older_sandbox_is_understood(vendor, line, tmp_path):
    with vendor("openai") as client:
        made = create(client, upload(client, [line("a")]))
    with contextlib.closing(sqlite3.connect(tmp_path / "server" / "sandbox.sqlite3")) as db:
        db.execute("ALTER TABLE batches DROP COLUMN completion_window")
    with vendor("openai") as client:
        assert ended(client, made["id"])["completion_window"] == "24h"
