"""One stage in a process of its own; says how much memory it took at most.

Run as a script: scale_child.py WORKSPACE SERVER STAGE. Writes one JSON object: the exit code, the
counts, and the peak of this process and of the largest below it, in bytes.
"""

import json
import sys
from pathlib import Path
from typing import Any


def peak() -> int:
    """Return the most memory that this process, or one that it started, ever held, in bytes."""
    if sys.platform == "win32":
        return _windows_peak()
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    below = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage says of a process itself begins, on Linux, with what its parent held.
        return max(below, int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024)
    return max(below, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


def _windows_peak() -> int:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in ("PeakWorkingSetSize", "WorkingSetSize")),
            *((f"Rest{number}", ctypes.c_size_t) for number in range(6)),
        )

    counters = Counters(ctypes.sizeof(Counters))
    process = ctypes.windll.kernel32.GetCurrentProcess()  # type: ignore[attr-defined]
    ctypes.windll.psapi.GetProcessMemoryInfo(  # type: ignore[attr-defined]
        wintypes.HANDLE(process), ctypes.byref(counters), counters.cb
    )
    return int(counters.PeakWorkingSetSize)


class Dumb:
    """A display that shows nothing."""

    def bar(self, *_: Any) -> Any:
        from batchcap.render import Silent

        return Silent()

    def say(self, _text: str) -> None:
        """Show nothing."""


def main() -> None:
    from batchcap.stages.build import Order, build
    from batchcap.stages.join import join
    from batchcap.stages.poll import Patience, poll
    from batchcap.stages.submit import send_next, submit
    from batchcap.stages.verify import verify
    from batchcap.workspace import Outside, open_workspace

    root, server, stage = sys.argv[1:]
    stages = {
        "build": lambda workspace: build(workspace, Order()),
        "submit": submit,
        "poll": lambda workspace: poll(workspace, Patience(wait=True), send_next),
        "join": join,
        "verify": verify,
    }
    outside = Outside({}, Dumb(), lambda _: None, {"provider.base_url": server})
    with open_workspace(Path(root), outside) as workspace:
        result = stages[stage](workspace)
    said = {"code": int(result.exit_code), "counts": dict(result.counts), "peak": peak()}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
