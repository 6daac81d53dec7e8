import contextlib
import http.client

import openai
import pytest

from batchcap.sandbox import Options, serving


def test_a_file_is_kept_byte_for_byte(still):
    bench, client = still
    text = '{"a": "ünï"}\n\n'
    (bench.directory / "in.jsonl").write_bytes(text.encode())
    with (bench.directory / "in.jsonl").open("rb") as file:
        made = client.files.create(file=file, purpose="batch")
    assert (made.object, made.purpose, made.filename, made.status) == (
        "file",
        "batch",
        "in.jsonl",
        "processed",
    )
    assert made.bytes == len(text.encode())
    assert made.expires_at == made.created_at + 30 * 86_400
    assert client.files.retrieve(made.id) == made
    assert client.files.content(made.id).content == text.encode()
    with client.files.with_streaming_response.content(made.id) as answer:
        assert b"".join(answer.iter_bytes()) == text.encode()


def test_a_directory_that_takes_nothing_is_told_and_no_traceback_is_shown(bench, caplog):
    with bench.serve() as client:
        kept = bench.upload(client, ["{}"])
        (files,) = bench.directory.glob("*/files")
        aside = files.rename(files.with_name("aside"))
        files.touch()
        with pytest.raises(openai.InternalServerError) as caught:
            bench.upload(client, ["{}"])
        assert caught.value.status_code == 507
        assert "cannot use its directory" in caught.value.body["message"]
        files.unlink()
        aside.rename(files)
        assert client.files.content(kept).content == b"{}\n"
    assert not [each for each in caplog.records if each.exc_info]


def test_a_deleted_file_is_gone(still):
    bench, client = still
    file_id = bench.upload(client, ["{}"])
    assert client.files.delete(file_id).deleted
    for ask in (client.files.retrieve, client.files.delete, client.files.content):
        with pytest.raises(openai.NotFoundError) as caught:
            ask(file_id)
        assert caught.value.param == "id"
        assert file_id in caught.value.body["message"]


def test_files_are_listed_in_pages_by_purpose_and_order(bench):
    with bench.serve() as client:
        made = [bench.upload(client, ["{}"], f"{number}.jsonl") for number in range(5)]
        other = client.files.create(file=("p.png", b"x"), purpose="vision").id
        listed = [file.id for file in client.files.list(purpose="batch", limit=2)]
        assert listed == made[::-1]
        assert [file.id for file in client.files.list(order="asc", limit=4)] == [*made, other]
        page = client.files.list(purpose="batch", limit=2)
        assert (len(page.data), page.has_more, page.first_id) == (2, True, made[-1])
        last = client.files.list(purpose="batch", after=made[1])
        assert ([file.id for file in last.data], last.has_more) == ([made[0]], False)


@pytest.mark.parametrize(
    ("name", "purpose", "status", "words"),
    [
        ("tasks.json", "batch", 400, "Must be .jsonl"),
        ("tasks.jsonl", "holiday", 400, "purpose"),
        ("big.jsonl", "batch", 413, "larger than the 1000 maximum"),
    ],
)
def test_an_upload_is_refused(bench, name, purpose, status, words):
    content = b"x" * (1001 if name.startswith("big") else 10)
    with bench.serve(max_upload_bytes=1000) as client:
        with pytest.raises(openai.APIStatusError) as caught:
            client.files.create(file=(name, content), purpose=purpose)
        assert caught.value.status_code == status
        assert words in caught.value.body["message"]
        assert client.files.list().data == []


def test_a_large_upload_and_its_refusal_reach_the_client(bench):
    line = b'{"a": "' + b"x" * 100_000 + b'"}\n'
    with bench.serve(max_upload_bytes=len(line) * 99) as client:
        kept = client.files.create(file=("a.jsonl", line * 99), purpose="batch")
        assert client.files.content(kept.id).content == line * 99
        with pytest.raises(openai.APIStatusError, match="larger"):
            client.files.create(file=("a.jsonl", line * 100), purpose="batch")


@pytest.mark.parametrize(
    ("seconds", "good"), [(3600, True), (2_592_000, True), (3599, False), (2_592_001, False)]
)
def test_expires_after_has_bounds(still, seconds, good):
    _, client = still
    after = {"anchor": "created_at", "seconds": seconds}
    if good:
        made = client.files.create(file=("a.jsonl", b"{}"), purpose="batch", expires_after=after)
        assert made.expires_at == made.created_at + seconds
        return
    with pytest.raises(openai.BadRequestError):
        client.files.create(file=("a.jsonl", b"{}"), purpose="batch", expires_after=after)


@pytest.mark.parametrize("key", ["sk-invalid", "sk-invalid-123"])
def test_a_wrong_key_opens_nothing_and_is_not_repeated(tmp_path, key):
    big = ("a.jsonl", b"x" * 3_000_000)
    with serving(Options(tmp_path)) as url, openai.OpenAI(base_url=url, api_key=key) as client:
        for ask in (
            client.models.list,
            client.files.list,
            lambda: client.batches.retrieve("batch_x"),
            lambda: client.files.create(file=big, purpose="batch"),
        ):
            with pytest.raises(openai.AuthenticationError) as caught:
                ask()
            assert caught.value.code == "invalid_api_key"
            assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Basic abc"}, 401),
        ({"Authorization": "Bearer abc"}, 200),
        ({"api-key": "abc"}, 401),
    ],
)
def test_a_key_is_required(still, headers, status):
    _, client = still
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port)
    with contextlib.closing(connection):
        connection.request("GET", "/v1/models", headers=headers)
        assert connection.getresponse().status == status


def test_an_unknown_address_is_named(still):
    _, client = still
    with pytest.raises(openai.NotFoundError) as caught:
        client.embeddings.create(model="x", input="y")
    assert caught.value.code == "unknown_url"


def test_models_are_listed_and_retired_ones_missing(still):
    _, client = still
    names = [model.id for model in client.models.list()]
    assert "gpt-6-luna" in names
    assert client.models.retrieve("any/model-at-all").id == "any/model-at-all"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-4.1-nano")
    assert caught.value.code == "model_not_found"
