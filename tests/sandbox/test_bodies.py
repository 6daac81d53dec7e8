import base64
import http.server
import io
import threading

import openai
import pytest
from PIL import Image


def schema_format(**changes):
    schema = {
        "type": "object",
        "properties": {"title": {"type": "string"}},
        "required": ["title"],
        "additionalProperties": False,
    }
    inner = {"name": "caption", "strict": True, "schema": schema, **changes}
    return {"type": "json_schema", "json_schema": inner}


def ask(client, body):
    known = {"model": body["model"], "messages": body["messages"]}
    return client.chat.completions.create(**known, extra_body=body)


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"max_tokens": 50}, "unsupported_parameter", "max_tokens"),
        ({"model": "o3", "max_tokens": 50}, "unsupported_parameter", "max_tokens"),
        ({"model": "gpt-5-mini", "max_tokens": 50}, "unsupported_parameter", "max_tokens"),
        ({"temperature": 0.2}, "unsupported_value", "temperature"),
        ({"top_p": 0.5}, "unsupported_value", "top_p"),
        ({"model": "gpt-6-astra", "reasoning_effort": "none"}, "unsupported_value", "reasoning_effort"),
        ({"model": "gpt-4o", "temperature": 3}, "invalid_value", "temperature"),
        ({"reasoning_effort": "much"}, "invalid_value", "reasoning_effort"),
        ({"max_completion_tokens": 0}, "invalid_value", "max_completion_tokens"),
        ({"max_completion_tokens": "50"}, "invalid_value", "max_completion_tokens"),
        ({"stream": True}, "unsupported_value", "stream"),
        ({"messages": []}, "invalid_value", "messages"),
        ({"messages": "hello"}, "invalid_value", "messages"),
        ({"messages": ["hello"]}, "invalid_value", "messages[0]"),
        ({"messages": [{"role": "boss", "content": "x"}]}, "invalid_value", "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "invalid_value", "messages[0].content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "input_image"}]}]},
            "invalid_value",
            "messages[0].content[0].type",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "invalid_value",
            "messages[0].content[0].image_url",
        ),
        ({"keywords": 50}, None, None),
        ({"response_format": {"type": "yaml"}}, "invalid_value", "response_format.type"),
        ({"response_format": {"type": "json_object"}}, None, "messages"),
        ({"response_format": schema_format(name="two words")}, "invalid_value", "response_format.json_schema.name"),
        ({"response_format": schema_format(name="x" * 65)}, "invalid_value", "response_format.json_schema.name"),
        ({"response_format": schema_format(schema={"type": "object"})}, None, "response_format"),
    ],
)  # fmt: skip
def test_a_body_is_refused(still, body, changes, code, param):
    _, client = still
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, body(**changes) if "messages" not in changes else {**body(), **changes})
    assert (caught.value.code, caught.value.param) == (code, param)
    assert caught.value.type == "invalid_request_error"


@pytest.mark.parametrize(
    "changes",
    [
        {"max_completion_tokens": 500},
        {"temperature": 1},
        {"temperature": 0, "seed": 7, "reasoning_effort": "none"},
        {"model": "gpt-4o", "max_tokens": 500, "temperature": 0.2, "top_p": 0.5},
        {"model": "some/model:of-theirs"},
        {"response_format": schema_format()},
        {"response_format": schema_format(strict=False, schema={"type": "object"})},
        {"response_format": {"type": "text"}},
    ],
)
def test_a_body_is_taken(still, body, changes):
    _, client = still
    answer = ask(client, body(**changes))
    assert answer.choices[0].finish_reason == "stop"
    assert answer.choices[0].message.content


def test_a_body_error_in_a_batch_is_one_row_in_the_error_file(still, line, body):
    bench, client = still
    rows = [line("a"), line("b", body(max_tokens=9)), line("c", body(stream=True))]
    batch = bench.run(client, rows)
    assert (batch.status, batch.request_counts.failed) == ("completed", 2)
    codes = [row["response"]["body"]["error"]["code"] for row in bench.errors(client, batch)]
    assert codes == ["unsupported_parameter", "unsupported_value"]


def test_a_retired_model_is_not_found(still, body):
    _, client = still
    with pytest.raises(openai.NotFoundError) as caught:
        ask(client, body(model="o4-mini"))
    assert caught.value.code == "model_not_found"


def test_a_ceiling_cuts_the_answer(still, body):
    _, client = still
    whole = ask(client, body(max_completion_tokens=2000))
    cut = ask(client, body(max_completion_tokens=20))
    assert (whole.choices[0].finish_reason, cut.choices[0].finish_reason) == ("stop", "length")
    assert whole.choices[0].message.content.startswith(cut.choices[0].message.content)
    assert cut.usage.completion_tokens == 20 < whole.usage.completion_tokens


def gif(frames):
    raw = io.BytesIO()
    first, *rest = [Image.new("L", (8, 8), 60 * frame) for frame in range(frames)]
    first.save(raw, "GIF", save_all=True, append_images=rest)
    return "data:image/gif;base64," + base64.b64encode(raw.getvalue()).decode()


def test_unusable_pictures_are_refused(still, body, picture):
    _, client = still
    good = picture(Image.effect_noise((90, 90), 60), "JPEG")
    head, _, data = good.partition(",")
    cut = base64.b64encode(base64.b64decode(data)[:300]).decode()
    pictures = {
        "data:image/png;base64,": "empty_image_file",
        "data:image/png;base64,@@@@": "invalid_base64_image",
        "data:image/png;base64,abc": "invalid_base64_image",
        "data:image/png,plain": "invalid_base64_image",
        "data:text/plain;base64,AAAA": "unsupported_image_media_type",
        "data:image/png;base64,AAAA": "invalid_image_format",
        f"{head},{cut}": "invalid_image",
        picture(Image.new("RGB", (8, 8)), "BMP").replace("image/bmp", "image/png"): "invalid_image_format",
        gif(3): "invalid_image_format",
        "ftp://host/a.jpg": "invalid_image_url",
        "photo.jpg": "invalid_image_url",
        "https://pictures.invalid/a.jpg": "failed_to_download_image",
    }  # fmt: skip
    for url, code in pictures.items():
        with pytest.raises(openai.BadRequestError) as caught:
            ask(client, body(url=url))
        assert caught.value.code == code, url[:60]


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "RGBA", "LA", "P", "I;16", "CMYK"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_pictures_of_every_mode_are_seen(still, body, picture, mode, kind):
    _, client = still
    takes = {
        "PNG": "RGB L 1 RGBA LA P I;16",
        "JPEG": "RGB L 1 CMYK",
        "WEBP": "RGB RGBA",
        "GIF": "L P",
    }
    if mode not in takes[kind].split():
        return
    image = Image.new("L", (50, 20), 255).convert("I;16" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.new("I;16", (50, 20), 65_535)
    answer = ask(client, body(url=picture(image, kind)))
    assert "white" in answer.choices[0].message.content


def test_too_many_patches_and_pictures_are_refused(still, body, picture):
    _, client = still
    huge = picture(Image.new("1", (6000, 6000)))
    large = body(url=huge)
    assert ask(client, large).usage.prompt_tokens > 2_500
    large["messages"][1]["content"][1]["image_url"]["detail"] = "original"
    with pytest.raises(openai.BadRequestError, match="requires 35344 patches"):
        ask(client, large)
    many = body()
    many["messages"][1]["content"] += [many["messages"][1]["content"][1]] * 1500
    with pytest.raises(openai.BadRequestError, match="Too many images in request: 1501"):
        ask(client, many)


def test_a_bomb_is_refused_and_not_decoded(still, body, picture):
    _, client = still
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, body(url=picture(Image.new("1", (20_000, 10_000)))))
    assert caught.value.code == "image_too_large"


def test_picture_tokens_follow_the_patch_rule(still, body, picture):
    _, client = still

    def tokens(width, height, detail):
        asked = body(url=picture(Image.new("L", (width, height))))
        asked["messages"][1]["content"][1]["image_url"]["detail"] = detail
        return ask(client, asked).usage.prompt_tokens

    text = tokens(32, 32, "high") - 2
    assert tokens(1024, 1024, "high") - text == 1229
    assert tokens(1024, 1024, "low") - text == 308


def test_a_picture_on_this_machine_is_downloaded(still, body):
    raw = io.BytesIO()
    Image.new("RGB", (30, 30), "red").save(raw, "JPEG")

    class Pictures(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/a%20b.jpg"
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(raw.getvalue() if found else b"")

        def log_message(self, *_):
            pass

    _, client = still
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            base = f"http://127.0.0.1:{server.server_port}"
            answer = ask(client, body(url=f"{base}/a%20b.jpg"))
            with pytest.raises(openai.BadRequestError) as caught:
                ask(client, body(url=f"{base}/none.jpg"))
        finally:
            server.shutdown()
            thread.join()
    assert "red" in answer.choices[0].message.content
    assert caught.value.code == "failed_to_download_image"


def test_without_looking_no_picture_is_opened(bench, body):
    with bench.serve(look=False) as client:
        one, two = (ask(client, body(url=f"https://nowhere.invalid/{n}.jpg")) for n in (1, 2))
    assert one.choices[0].message.content != two.choices[0].message.content
    assert len(one.choices[0].message.content.split("\n\n")[1].split(",")) == 50
