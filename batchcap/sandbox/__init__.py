"""An embedded Batch API server that stands for the world: a provider without a network or a key.

Takes: Options (a directory for its state, its pace, whom it imitates, its faults).
Gives: the address of a server that any OpenAI client can talk to, while it is served.
Never: imports anything else of batchcap, keeps state outside its directory, or sees objects: it
describes colours and light, and is no vision model.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from batchcap.sandbox.dialects import DIALECTS
from batchcap.sandbox.faults import BatchFault, Faults, HttpFault, RowFault
from batchcap.sandbox.options import Options

__all__ = [
    "DIALECTS",
    "BatchFault",
    "Faults",
    "HttpFault",
    "Options",
    "RowFault",
    "serve",
    "serving",
]


def serving(
    options: Options, *, host: str = "127.0.0.1", port: int = 0
) -> AbstractContextManager[str]:
    """Serve on a thread of this process while the context lasts; gives the base URL, ending in /v1.

    Port 0 takes a free one. Raises OSError where the address cannot be bound.
    """
    from batchcap.sandbox import server  # uvicorn and Pillow wait until needed

    return server.serving(options, host=host, port=port)


def serve(options: Options, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C; ``ready`` is called with the base URL once the server listens.

    Raises OSError where the address cannot be bound.
    """
    from batchcap.sandbox import server  # uvicorn and Pillow wait until needed

    server.serve(options, host, port, ready)
