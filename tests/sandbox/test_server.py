import ast
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from openai import OpenAI

import batchcap.sandbox
from batchcap.sandbox import Options, serving

_SERVE = """
import _thread, sys, threading
from pathlib import Path
from batchcap.sandbox import Options, serve

def interrupt():
    sys.stdin.readline()
    _thread.interrupt_main()  # what Ctrl-C does, on every system

def ready(url):
    print(url, flush=True)
    threading.Thread(target=interrupt).start()

serve(Options(Path(sys.argv[1])), "127.0.0.1", 0, ready)
print("ended", flush=True)
"""


def test_it_serves_until_interrupted(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", _SERVE, str(tmp_path / "-leading dash")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        url = child.stdout.readline().strip()
        with OpenAI(base_url=url, api_key="k", max_retries=0) as client:
            assert client.models.list().data
        out, err = child.communicate("stop\n", timeout=60)
    assert (out, err, child.returncode) == ("ended\n", "", 0)


def test_nothing_is_left_behind(tmp_path):
    before = set(threading.enumerate())
    with serving(Options(tmp_path)) as url:
        assert url.startswith("http://127.0.0.1:")
        assert url.endswith("/v1")
        port = int(url.split(":")[2].removesuffix("/v1"))
        with OpenAI(base_url=url, api_key="k") as client:
            client.models.list()
    assert set(threading.enumerate()) == before
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_an_error_inside_ends_the_server_too(tmp_path):
    before = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError), serving(Options(tmp_path)):
        _ = 1 / 0
    assert set(threading.enumerate()) == before


def test_a_taken_port_is_told(tmp_path):
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(OSError, match=r"(?i)in use|forbidden|only one usage"),
        serving(Options(tmp_path), port=taken.getsockname()[1]),
    ):
        pass


def test_a_file_in_the_place_of_the_directory_is_told(tmp_path):
    (tmp_path / "state").write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match="state"), serving(Options(tmp_path / "state")):
        pass


def test_importing_it_is_cheap():
    code = (
        "import sys; from batchcap.sandbox import Faults, Options, serve, serving;"
        "print([name for name in ('starlette', 'uvicorn', 'PIL', 'sqlite3', 'asyncio')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_shares_nothing_with_the_rest_of_batchcap():
    for path in Path(batchcap.sandbox.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            ours = [name for name in names if name.startswith(("batchcap", "."))]
            assert all(name.startswith("batchcap.sandbox") for name in ours), path.name
