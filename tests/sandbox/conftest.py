"""A bench for the sandbox: served directories, the real client, painted pictures."""

import base64
import io
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from openai import OpenAI
from PIL import Image

from batchcap.sandbox import Faults, Options, serving

ENDED = ("completed", "failed", "expired", "cancelled")
PLAIN = (
    "A description, a blank line, then a comma-separated list of exactly 50 single-word keywords."
)


def data_url(image: Image.Image, kind: str = "PNG") -> str:
    raw = io.BytesIO()
    image.save(raw, kind)
    return f"data:image/{kind.lower()};base64," + base64.b64encode(raw.getvalue()).decode()


def chat_body(colour="navy", *, url: str = "", text: str = "City: Rome\nCountry: Italy", **extra):
    picture = {"url": url or data_url(Image.new("RGB", (40, 30), colour)), "detail": "high"}
    return {
        "model": "gpt-6-luna",
        "messages": [
            {"role": "system", "content": PLAIN},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": text},
                    {"type": "image_url", "image_url": picture},
                ],
            },
        ],
        **extra,
    }


def request_line(custom_id: str, body=None, **extra) -> dict:
    return {
        "custom_id": custom_id,
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": chat_body() if body is None else body,
        **extra,
    }


@dataclass
class Bench:
    """One directory that can be served again and again."""

    directory: Path

    @contextmanager
    def serve(self, faults: dict | None = None, **options) -> Iterator[OpenAI]:
        settings = {"pace": 0.0, "faults": Faults.from_mapping(faults or {}), **options}
        with (
            serving(Options(self.directory / "wörld 🌍", **settings)) as url,
            OpenAI(base_url=url, api_key="sk-test", max_retries=0, timeout=30) as client,
        ):
            yield client

    def upload(self, client: OpenAI, lines, name: str = "tasks.jsonl") -> str:
        path = self.directory / name
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
        with path.open("rb") as file:
            return client.files.create(file=file, purpose="batch").id

    def create(self, client: OpenAI, lines, **extra):
        return client.batches.create(
            input_file_id=self.upload(client, lines),
            endpoint="/v1/chat/completions",
            completion_window="24h",
            **extra,
        )

    def ended(self, client: OpenAI, batch):
        for _ in range(6000):
            batch = client.batches.retrieve(batch.id)
            if batch.status in ENDED:
                return batch
            time.sleep(0.005)
        raise AssertionError(f"{batch.id} is still {batch.status}")

    def run(self, client: OpenAI, lines, **extra):
        return self.ended(client, self.create(client, lines, **extra))

    def raw(self, client: OpenAI, file_id: str | None) -> str:
        if not file_id:
            return ""
        path = self.directory / "download"
        with client.files.with_streaming_response.content(file_id) as answer:
            answer.stream_to_file(path)
        return path.read_text(encoding="utf-8")

    def output(self, client: OpenAI, batch) -> list[dict]:
        return [json.loads(line) for line in self.raw(client, batch.output_file_id).splitlines()]

    def errors(self, client: OpenAI, batch) -> list[dict]:
        return [json.loads(line) for line in self.raw(client, batch.error_file_id).splitlines()]


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """Serve one directory, without faults, for the tests of a module that only ask."""
    bench = Bench(tmp_path_factory.mktemp("still"))
    with bench.serve() as client:
        yield bench, client


@pytest.fixture
def body():
    return chat_body


@pytest.fixture
def line():
    return request_line


@pytest.fixture
def picture():
    return data_url
