import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.batches.states import batch_errors, batch_state, batch_view, file_id, seconds
from batchcap.records import BatchError, BatchState, BatchView


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        *((state.value, state) for state in BatchState),
        ("COMPLETED", BatchState.COMPLETED),
        ("Failed", BatchState.FAILED),
        (" In Progress ", BatchState.IN_PROGRESS),
        ("IN-PROGRESS", BatchState.IN_PROGRESS),
        ("queued", BatchState.IN_PROGRESS),
        ("PENDING", BatchState.IN_PROGRESS),
        ("RUNNING", BatchState.IN_PROGRESS),
        ("success", BatchState.COMPLETED),
        ("ended", BatchState.COMPLETED),
        ("TIMEOUT_EXCEEDED", BatchState.EXPIRED),
        ("canceled", BatchState.CANCELLED),
        ("canceling", BatchState.CANCELLING),
        ("CANCELLATION_REQUESTED", BatchState.CANCELLING),
        ("JOB_STATE_SUCCEEDED", BatchState.COMPLETED),
        ("dreaming", BatchState.UNKNOWN),
        ("", BatchState.UNKNOWN),
        (None, BatchState.UNKNOWN),
        (3, BatchState.UNKNOWN),
    ],
)
def test_states_in_every_dialect(raw, state):
    assert batch_state(raw) is state


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_789_000_000, 1_789_000_000),
        (1_789_000_000_500, 1_789_000_000.5),
        ("1789000000", 1_789_000_000),
        (1_789_000_000.25, 1_789_000_000.25),
        ("2026-11-20T09:50:00Z", 1_795_168_200),
        ("2026-11-20T10:50:00+01:00", 1_795_168_200),
        ("2026-11-20T09:50:00", 1_795_168_200),
        ("2026-11-20T09:50:00.123456789Z", 1_795_168_200.123456),
        ("0001-01-01T00:00:00+23:59", 0),
        ("soon", 0),
        ("", 0),
        (None, 0),
        (True, 0),
        (-5, 0),
        (float("nan"), 0),
        (float("inf"), 0),
        ([], 0),
    ],
)
def test_times_in_every_dialect(value, expected):
    assert seconds(value) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("file-1", "file-1"), ("", ""), (None, ""), (" ", ""), (7, ""), ({}, "")],
)
def test_file_ids(value, expected):
    assert file_id(value) == expected


ENTRY = {"code": "invalid_json_line", "message": "No JSON.", "param": None, "line": 3}
ERROR = BatchError("invalid_json_line", "No JSON.", 3)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"object": "list", "data": [ENTRY, ENTRY]}, (ERROR, ERROR)),
        ([ENTRY], (ERROR,)),
        (ENTRY, (ERROR,)),
        ({"error": ENTRY}, (ERROR,)),
        ({"error": "It broke."}, (BatchError("", "It broke."),)),
        ("It broke.", (BatchError("", "It broke."),)),
        ([None, 5, {}, "It broke."], (BatchError("", "It broke."),)),
        ({"data": None}, ()),
        ({"data": []}, ()),
        ({**ENTRY, "line": None}, (BatchError("invalid_json_line", "No JSON."),)),
        ({**ENTRY, "line": "3"}, (ERROR,)),
        (None, ()),
        ("", ()),
        (17, ()),
    ],
)
def test_errors_in_every_shape(value, expected):
    assert batch_errors(value) == expected


def test_errors_are_for_people_and_end_somewhere():
    assert len(batch_errors([ENTRY] * 5000)) == 1000


def test_a_batch_of_openai():
    view = batch_view(
        {
            "id": "batch_1",
            "object": "batch",
            "status": "completed",
            "errors": None,
            "output_file_id": "file-out",
            "error_file_id": "",
            "created_at": 1_789_000_000,
            "request_counts": {"total": 3, "completed": 2, "failed": 1},
            "metadata": {"key": "k1", "sha256": "abc"},
        }
    )
    assert view == BatchView(
        "batch_1",
        BatchState.COMPLETED,
        raw_state="completed",
        output_file_id="file-out",
        total=3,
        completed=2,
        failed=1,
        created_at=1_789_000_000.0,
        metadata={"key": "k1", "sha256": "abc"},
    )


def test_batches_of_others():
    together = batch_view({"job": {"id": "b", "status": "IN_PROGRESS"}, "warning": ""})
    assert (together.remote_id, together.state) == ("b", BatchState.IN_PROGRESS)
    groq = batch_view({"id": "b", "status": "failed", "errors": [ENTRY]})
    assert groq.errors == (ERROR,)
    novita = batch_view(
        {"id": "b", "status": "FAILED", "errors": "Bad line.", "created_at": "2026-11-20T09:50:00Z"}
    )
    assert (novita.errors[0].message, novita.created_at) == ("Bad line.", 1_795_168_200)
    azure = batch_view({"id": "b", "status": "Completed", "request_counts": {"total": None}})
    assert (azure.state, azure.raw_state, azure.total) == (BatchState.COMPLETED, "Completed", 0)
    cerebras = batch_view({"id": "b", "metadata": {"key": ["k1"], "n": 3, "none": None}})
    assert cerebras.metadata == {"key": "k1", "n": "3"}


def test_a_state_of_the_future_is_kept_in_its_own_word():
    view = batch_view({"id": "b", "status": "paused_for_review"})
    assert (view.state, view.raw_state) == (BatchState.UNKNOWN, "paused_for_review")


KEYS = st.sampled_from(
    [
        "id",
        "status",
        "processing_status",
        "request_counts",
        "output_file_id",
        "errors",
        "error",
        "data",
        "code",
        "message",
        "line",
        "created_at",
        "metadata",
        "job",
        "total",
        "completed",
        "failed",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([10**400, "1e999"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(KEYS, VALUES))
def test_no_shape_raises(mapping):
    view = batch_view(mapping)
    assert view.created_at >= 0
    assert min(view.total, view.completed, view.failed) >= 0
    assert all(isinstance(each, str) for pair in view.metadata.items() for each in pair)


@given(VALUES)
def test_no_value_raises(value):
    assert 0 <= seconds(value) < 1e11
    assert isinstance(file_id(value), str)
    assert batch_state(value) in BatchState
    assert all(each.code or each.message for each in batch_errors(value))
