"""A photo and its facts → one task: its name, its line, its tokens."""

import base64
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.config import configs_folder, layered
from batchcap.models import load_models
from batchcap.records import Dialect, Fact, Facts
from batchcap.request import Asking, Picked, custom_id, make_task, output_tokens, picture_url

PHOTO = Picked("a/b.jpg", "sha256:1", Facts(city=Fact("Rome", "folder")), b"\xff\xd8jpeg", 800, 600)


def asking(tmp_path, preset: str = "stock", **image: object) -> Asking:
    flags = {"preset": preset} | {f"image.{key}": str(value) for key, value in image.items()}
    config = layered({}, {}, flags, tmp_path)
    model = load_models(configs_folder() / "models.toml").get("gpt-6-luna")
    return Asking("w" * 32, config.preset, model, Dialect(), config.settings.image, len)


def line(how: Asking, photo: Picked) -> dict:
    task = make_task(how, photo)
    assert b"\n" not in task.line
    return json.loads(task.line)


@given(st.text(), st.text(min_size=1), st.text(), st.integers(0, 10**6))
def test_a_name_is_one_that_every_server_takes(workspace, path, digest, ordinal) -> None:
    photo = replace(PHOTO, path=path, digest=digest, ordinal=ordinal)
    name = custom_id(workspace, photo)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name)
    assert custom_id(workspace, replace(photo)) == name


@pytest.mark.parametrize("other", [{"path": "b/b.jpg"}, {"digest": "sha256:2"}, {"ordinal": 1}])
def test_another_photo_picture_or_try_has_another_name(other) -> None:
    assert custom_id("w", replace(PHOTO, **other)) != custom_id("w", PHOTO)


def test_another_workspace_has_other_names_and_nothing_runs_together() -> None:
    assert custom_id("v", PHOTO) != custom_id("w", PHOTO)
    assert custom_id("w", replace(PHOTO, path="ab", digest="c")) != custom_id(
        "w", replace(PHOTO, path="a", digest="bc")
    )


def test_the_line_is_a_request_of_the_batch_api(tmp_path) -> None:
    how = asking(tmp_path)
    found = line(how, PHOTO)
    assert list(found) == ["custom_id", "method", "url", "body"]
    assert (found["method"], found["url"]) == ("POST", "/v1/chat/completions")
    assert found["custom_id"] == custom_id("w" * 32, PHOTO)
    body = found["body"]
    assert body["model"] == "gpt-6-luna"
    assert body["max_completion_tokens"] == how.preset.max_output_tokens
    assert "temperature" not in body
    assert body["response_format"]["json_schema"]["strict"] is True


def test_constant_text_comes_first_and_the_facts_last(tmp_path) -> None:
    how = asking(tmp_path)
    one, two = (line(how, replace(PHOTO, path=p))["body"]["messages"] for p in ("a.jpg", "b.jpg"))
    other = line(how, replace(PHOTO, facts=Facts(city=Fact("Oslo", "folder"))))
    assert one == two
    assert other["body"]["messages"][0] == one[0]
    assert json.dumps(one[0]).find("Rome") == -1
    assert json.dumps(one[-1]).find("Rome") > 0


def test_a_reason_to_ask_differently_stands_with_the_facts(tmp_path) -> None:
    how = asking(tmp_path)
    plain, again = line(how, PHOTO), line(how, replace(PHOTO, reason="It was too short."))
    assert plain["body"]["messages"][0] == again["body"]["messages"][0]
    assert "It was too short." in json.dumps(again["body"]["messages"][-1])


def test_the_picture_is_inline_or_at_its_address(tmp_path) -> None:
    url = picture_url(asking(tmp_path), PHOTO)
    head, _, data = url.partition(",")
    assert (head, base64.b64decode(data)) == ("data:image/jpeg;base64", PHOTO.jpeg)
    hosted = asking(tmp_path, send="hosted", base_url="https://x.example/p/")
    assert picture_url(hosted, replace(PHOTO, path="ü b/#%.jpg")) == (
        "https://x.example/p/%C3%BC%20b/%23%25.jpg"
    )


def test_tokens_grow_with_the_picture_and_the_words(tmp_path) -> None:
    how = asking(tmp_path)
    small, large = make_task(how, PHOTO), make_task(how, replace(PHOTO, width=1024, height=1024))
    worded = make_task(how, replace(PHOTO, reason="much " * 50))
    assert 0 < small.input_tokens < large.input_tokens
    assert small.input_tokens < worded.input_tokens
    assert len(small.line) < 10_000


@pytest.mark.parametrize(
    "preset", ["stock", "article", "alt-text", "concise", "detailed", "seo", "accessibility"]
)
def test_an_answer_is_expected_within_the_preset_s_ceiling(tmp_path, preset) -> None:
    how = asking(tmp_path, preset)
    assert 0 < output_tokens(how.preset) <= how.preset.max_output_tokens
    tight = replace(how.preset, max_output_tokens=16)
    assert output_tokens(tight) == 16
    body = line(how, PHOTO)["body"]
    assert ("response_format" in body) == (how.preset.form == "json")
