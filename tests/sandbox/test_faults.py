import json
import time
import tomllib

import openai
import pytest

from batchcap.sandbox import BatchFault, Faults, HttpFault, RowFault
from batchcap.sandbox.faults import ROW_KINDS

TOML = """
[answers]
"*" = "No."
"a1" = "Yes."

[[row]]
kind = "http_error"
status = 429
every = 3

[[batch]]
nth = [2]
end = "expired"
at = 0.5
hold = {validating = 1.5, in_progress = 2}
show = {status = "DONE", request_counts = {total = 0}}

[[http]]
on = "create"
kind = "drop_after"
nth = [1]
headers = {retry-after = "2"}
"""


def test_a_file_of_faults_is_read():
    faults = Faults.from_mapping(tomllib.loads(TOML))
    assert faults.rows == (RowFault("http_error", status=429, every=3),)
    assert faults.http == (
        HttpFault("drop_after", on="create", nth=(1,), headers={"retry-after": "2"}),
    )
    assert faults.of_batch(2).hold == {"validating": 1.5, "in_progress": 2}
    assert faults.of_batch(1) == BatchFault()
    assert (faults.answer("xa1y"), faults.answer("b")) == ("Yes.", "No.")
    assert Faults().answer("b") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[rows]]\nkind = 'empty'", "did you mean 'row'"),
        ("[[row]]\nkind = 'emtpy'", "did you mean 'empty'"),
        ("[[row]]\nmatch = 'x'", "no kind"),
        ("[[row]]\nkind = 'empty'\nmatchs = 'x'", "did you mean 'match'"),
        ("[[row]]\nkind = 'empty'\nevery = 'x'", "type int"),
        ("[[row]]\nkind = 'empty'\nevery = true", "type int"),
        ("[row]\nkind = 'empty'", "[[row]]"),
        ("row = ['empty']", "[[row]]"),
        ("[[batch]]\nend = 'finished'", "unknown end"),
        ("[[batch]]\nfiles = 'some'", "unknown files"),
        ("[[batch]]\nunworked = 'x'", "unknown unworked"),
        ("[[batch]]\nhold = {waiting = 1.0}", "unknown state"),
        ("[[http]]\nkind = 'drop_after'\non = 'creation'", "unknown operation"),
        ("[[http]]\nkind = 'drop'", "unknown http kind"),
        ("[answers]\na = 1", "[answers]"),
    ],
)
def test_what_is_unknown_is_named(text, words):
    with pytest.raises(ValueError, match="faults: ") as caught:
        Faults.from_mapping(tomllib.loads(text))
    assert words in str(caught.value)


def said(row):
    return row["response"]["body"]["choices"][0]


def content(row):
    return said(row)["message"]["content"]


ROWS = {
    "http_error": lambda row: row["response"]["body"]["error"]["code"] == "rate_limit_exceeded",
    "refusal": lambda row: said(row)["message"]["refusal"] and content(row) is None,
    "empty": lambda row: content(row) == "",
    "truncated": lambda row: said(row)["finish_reason"] == "length" and content(row),
    "content_filter": lambda row: said(row)["finish_reason"] == "content_filter",
    "chatter": lambda row: content(row).startswith("Certainly!"),
    "bad_json": lambda row: content(row).endswith(",,"),
    "body_string": lambda row: json.loads(row["response"]["body"])["choices"],
    "status_zero": lambda row: row["response"]["status_code"] == 0,
    "error_in_output": lambda row: row["response"]["body"]["error"],
    "expired": lambda row: row["error"]["code"] == "batch_expired" and not row["response"],
    "timeout": lambda row: row["error"]["code"] == "request_timeout",
    "lost": lambda row: row["error"]["code"] == "server_error",
    "no_response": lambda row: "response" not in row and "code" not in row["error"],
}
IN_ERRORS = {"http_error", "expired", "timeout", "lost", "no_response"}


def test_each_row_fault_hits_its_row_and_no_other(bench, line):
    faults = {"row": [{"kind": kind, "match": f"<{kind}>", "status": 429} for kind in ROWS]}
    lines = [line(custom_id) for kind in ROWS for custom_id in (f"<{kind}>", f"good {kind}")]
    with bench.serve(faults) as client:
        batch = bench.run(client, lines)
        output, errors = bench.output(client, batch), bench.errors(client, batch)
    found = {row["custom_id"]: row for row in (*output, *errors)}
    assert len(found) == len(output) + len(errors) == 2 * len(ROWS)
    for kind, is_so in ROWS.items():
        assert is_so(found[f"<{kind}>"]), kind
        assert content(found[f"good {kind}"])
        assert said(found[f"good {kind}"])["finish_reason"] == "stop"
    assert {row["custom_id"] for row in errors} == {f"<{kind}>" for kind in IN_ERRORS}
    assert batch.request_counts.failed == len(IN_ERRORS)
    assert set(ROWS) | {"missing", "duplicate", "stranger", "broken_line"} == set(ROW_KINDS)


def test_faults_of_lines(bench, line):
    faults = {
        "row": [
            {"kind": "missing", "match": "missing"},
            {"kind": "duplicate", "match": "twice", "text": "Another answer."},
            {"kind": "stranger", "match": "stranger"},
            {"kind": "broken_line", "match": "broken"},
        ]
    }
    names = ["missing", "twice", "stranger", "broken", "good"]
    with bench.serve(faults) as client:
        batch = bench.run(client, [line(name) for name in names])
        lines = bench.raw(client, batch.output_file_id).splitlines()
    assert batch.request_counts.total == 5
    broken = [text for text in lines if not text.endswith("}")]
    rows = [json.loads(text) for text in lines if text not in broken]
    ids = [row["custom_id"] for row in rows]
    assert ids == ["twice", "twice", "stranger", "stranger-stranger", "good"]
    assert len(broken) == 1
    assert '"custom_id":"broken"' in broken[0]
    assert said(rows[0]) != said(rows[1])
    assert said(rows[1])["message"]["content"] == "Another answer."


def test_faults_by_number_and_by_batch(bench, line):
    faults = {"row": [{"kind": "missing", "every": 2, "batches": [1]}]}
    with bench.serve(faults) as client:
        ids = []
        for _ in range(2):
            batch = bench.run(client, [line(name) for name in "abcd"])
            ids.append([row["custom_id"] for row in bench.output(client, batch)])
    assert ids == [["a", "c"], ["a", "b", "c", "d"]]


def test_literal_answers(bench, line, body):
    with bench.serve({"answers": {"b": "Sorry.", "*": "<b>& '"}}) as client:
        batch = bench.run(client, [line("a"), line("xb"), line("c", body(stream=True))])
        texts = [said(row)["message"]["content"] for row in bench.output(client, batch)]
        assert bench.errors(client, batch)[0]["response"]["status_code"] == 400
    assert texts == ["<b>& '", "Sorry."]


def test_row_faults_reach_chat_completions(bench, body):
    faults = {"row": [{"kind": "refusal", "match": "Paris"}, {"kind": "http_error", "every": 3}]}
    with bench.serve(faults) as client:
        asked = body()
        plain = client.chat.completions.create(**asked)
        refused = client.chat.completions.create(**body(text="City: Paris"))
        with pytest.raises(openai.InternalServerError):
            client.chat.completions.create(**asked)
    assert plain.choices[0].message.content
    assert refused.choices[0].message.refusal


@pytest.mark.parametrize("unworked", ["lines", "missing"])
@pytest.mark.parametrize(
    ("end", "code"), [("expired", "batch_expired"), ("cancelled", "batch_cancelled")]
)
def test_a_batch_ends_in_the_middle(bench, line, end, code, unworked):
    with bench.serve({"batch": [{"end": end, "at": 0.5, "unworked": unworked}]}) as client:
        batch = bench.run(client, [line(str(number)) for number in range(10)])
        output, errors = bench.output(client, batch), bench.errors(client, batch)
    assert batch.status == end
    assert getattr(batch, f"{end}_at") >= batch.created_at
    assert batch.completed_at is None
    assert [row["custom_id"] for row in output] == list("01234")
    expected = list("56789") if unworked == "lines" else []
    assert [row["custom_id"] for row in errors] == expected
    assert all(row["error"]["code"] == code and row["response"] is None for row in errors)


def test_a_batch_fails_with_any_words_the_first_time_only(bench, line):
    fault = {"end": "failed", "nth": [1], "code": "billing_hard_limit_reached", "message": "Pay."}
    with bench.serve({"batch": [fault]}) as client:
        first = bench.run(client, [line("a")])
        second = bench.run(client, [line("a")])
    (error,) = first.errors.data
    assert (first.status, error.code, error.message, error.line) == (
        "failed",
        "billing_hard_limit_reached",
        "Pay.",
        None,
    )
    assert second.status == "completed"


@pytest.mark.parametrize(
    ("fault", "output", "error"),
    [
        ({"files": "none"}, None, None),
        ({"files": "none", "blank_ids": True}, "", ""),
        ({"blank_ids": True}, "file", ""),
        ({"files": "empty_error"}, "file", "file"),
    ],
)
def test_result_files_can_be_absent_blank_or_empty(bench, line, fault, output, error):
    with bench.serve({"batch": [fault]}) as client:
        batch = bench.run(client, [line("a")])
        assert batch.status == "completed"
        for shown, expected in ((batch.output_file_id, output), (batch.error_file_id, error)):
            assert (shown.startswith("file-") if expected else shown == expected) is True
        assert bench.errors(client, batch) == []


def test_a_batch_is_shown_in_another_dialect(bench, line):
    fault = {
        "show": {"status": "COMPLETED", "errors": "none", "request_counts": {"total": None}},
        "show_open": {"status": "PENDING", "metadata": None},
        "hold": {"validating": 0.1},
    }
    with bench.serve({"batch": [fault]}) as client:
        batch = bench.create(client, [line("a")], metadata={"a": "b"})
        assert (batch.status, batch.metadata) == ("PENDING", None)
        while (batch := client.batches.retrieve(batch.id)).status != "COMPLETED":
            time.sleep(0.005)
    assert (batch.errors, batch.metadata) == ("none", {"a": "b"})


@pytest.mark.parametrize("state", ["validating", "in_progress", "finalizing"])
def test_a_batch_is_held_in_a_state(bench, line, state):
    with bench.serve({"batch": [{"hold": {state: 600.0}}]}) as client:
        batch = bench.create(client, [line("a")])
        while (batch := client.batches.retrieve(batch.id)).status != state:
            time.sleep(0.005)
        client.batches.cancel(batch.id)
        assert bench.ended(client, batch).status == "cancelled"


def test_result_files_can_be_named_late(bench, line):
    with bench.serve({"batch": [{"late_files": 2}]}) as client:
        batch = bench.create(client, [line("a")])
        seen = []
        while len(seen) < 3:
            shown = client.batches.retrieve(batch.id)
            if shown.status == "completed":
                seen.append(shown.output_file_id)
        assert seen[:2] == [None, None]
        assert client.files.content(seen[2]).text.count("\n") == 1


def test_the_server_s_own_ways_are_read():
    always = {"queue_tokens": 2500, "pace": 0, "running": 0.5}
    assert Faults.from_mapping({"server": always}).server == always


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"queue_token": 1}, "queue_tokens"),
        ({"queue_tokens": 1.5}, "whole number"),
        ({"pace": -1}, "from 0 up"),
        ({"pace": float("nan")}, "from 0 up"),
        ({"pace": True}, "a number"),
        ([], "must be a table"),
    ],
)
def test_what_a_server_is_not_told_so(table, words):
    with pytest.raises(ValueError, match=words):
        Faults.from_mapping({"server": table})
