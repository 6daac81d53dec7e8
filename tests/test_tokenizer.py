import os
import socket
import time
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.tokenizer import open_tokenizer, upper_bound

VOCABULARY = "fb374d419588a4632f3f557e76b4b70aebbca790"
MARKER = "o200k_base.unreachable"


@pytest.fixture
def offline(monkeypatch):
    """No vocabulary anywhere, and a proxy at which nobody listens."""
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    monkeypatch.delenv("DATA_GYM_CACHE_DIR", raising=False)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def assert_bound(tokenizer):
    assert not tokenizer.exact
    assert "upper bound" in tokenizer.note
    assert tokenizer.count("hello wörld") == 12
    assert tokenizer("hello wörld") == 12


def test_it_counts_exactly_where_it_can_and_says_so_where_not(tmp_path):
    # with or without a vocabulary at hand: each machine checks what it has
    before = dict(os.environ)
    tokenizer = open_tokenizer("o200k_base", tmp_path, timeout=0)
    assert tokenizer("hello world") == (2 if tokenizer.exact else 11)
    assert ("upper bound" in tokenizer.note) is not tokenizer.exact
    assert tokenizer("<|endoftext|> \ud800") <= upper_bound("<|endoftext|> \ud800")
    assert dict(os.environ) == before


@pytest.mark.usefixtures("offline")
def test_a_failed_download_gives_a_bound_and_is_not_tried_again(tmp_path):
    cache = tmp_path / "a cache ü"
    assert_bound(open_tokenizer("o200k_base", cache))
    marker = cache / MARKER
    first = marker.stat().st_mtime_ns
    assert_bound(open_tokenizer("o200k_base", cache))
    assert marker.stat().st_mtime_ns == first


@pytest.mark.parametrize("seconds", [-3700, 3700], ids=["an hour ago", "a clock set back"])
@pytest.mark.usefixtures("offline")
def test_after_an_hour_it_is_tried_again(tmp_path, seconds):
    marker = tmp_path / MARKER
    marker.touch()
    then = time.time_ns() + seconds * 10**9
    os.utime(marker, ns=(then, then))
    then = marker.stat().st_mtime_ns
    assert_bound(open_tokenizer("o200k_base", tmp_path))
    assert marker.stat().st_mtime_ns != then, "a new attempt touches the marker"


def test_a_server_that_never_answers_is_left_after_the_timeout(offline, tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        for name in ("HTTPS_PROXY", "https_proxy"):
            offline.setenv(name, f"http://127.0.0.1:{server.getsockname()[1]}")
        assert_bound(open_tokenizer("o200k_base", tmp_path, timeout=1.5))
    assert (tmp_path / MARKER).exists()


@pytest.mark.usefixtures("offline")
def test_no_time_means_no_try(tmp_path):
    assert_bound(open_tokenizer("o200k_base", tmp_path / "cache", timeout=0))
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("variable", ["TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"])
def test_a_corrupt_vocabulary_of_the_user_is_left_alone(offline, tmp_path, variable):
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.mkdir()
    (theirs / VOCABULARY).write_bytes(b"torn")
    offline.setenv(variable, str(theirs))
    assert_bound(open_tokenizer("o200k_base", ours))
    assert (theirs / VOCABULARY).read_bytes() == b"torn"
    assert [each.name for each in theirs.iterdir()] == [VOCABULARY]
    assert os.environ[variable] == str(theirs)


@pytest.mark.usefixtures("offline")
def test_a_corrupt_vocabulary_in_our_own_cache_is_no_crash(tmp_path):
    (tmp_path / VOCABULARY).write_bytes(b"torn")
    assert_bound(open_tokenizer("o200k_base", tmp_path))


@pytest.mark.usefixtures("offline")
def test_a_cache_that_cannot_be_made_is_no_crash(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert_bound(open_tokenizer("o200k_base", tmp_path / "file" / "cache"))


@pytest.mark.usefixtures("offline")
def test_an_unknown_vocabulary_is_bounded_without_a_try(tmp_path):
    assert_bound(open_tokenizer("llama_base", tmp_path / "cache"))
    assert not (tmp_path / "cache").exists()


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_the_bound_takes_any_text(text):
    assert upper_bound(text) >= len(text)
