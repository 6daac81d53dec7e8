"""A result in words: what each command shows a person.

Takes a StageResult; gives text of plain lines. Prints nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from batchcap.records import Exit, StageResult

GAP = "  "
WIDE = 100
# What is counted and was not done, and why there was nothing to do, by the command.
PASSIVE = frozenset(("photos", "skipped", "unchanged"))
IDLE: Mapping[str, str] = {
    "build": "no photo is new, or due to be asked for again",
    "submit": "no task file waits to be sent",
    "poll": "no batch is under way, and none waits to be sent",
    "join": "no fetched answers wait to be joined",
    "write": "no caption waits to be written",
    "cancel": "no batch runs",
    "run": "nothing waits at any stage",
}


def shown(result: StageResult) -> str:
    """Return a result as lines for a terminal."""
    special = SPECIAL.get(result.command)
    parts = [_counts(result), special(result.data) if special and result.data else ""]
    return "\n".join(each for each in parts if each)


def _counts(result: StageResult) -> str:
    told = [
        f"{name.replace('_', ' ')} {_number(name, value)}"
        for name, value in result.counts.items()
        if value or name in ("photos", "requests", "written")
    ]
    what = "write --dry-run, which would give" if result.data.get("dry_run") else result.command
    told += _idle(result)
    return f"{what}: {', '.join(told)}" if told else ""


def _idle(result: StageResult) -> list[str]:
    """Return in words that there was nothing to do, and why; nothing where there was."""
    calm = result.exit_code in (Exit.DONE, Exit.WAITING) and not result.problems
    done = any(value for name, value in result.counts.items() if name not in PASSIVE)
    why = IDLE.get(result.command, "")
    return [f"nothing to do ({why})"] if why and calm and not done else []


def _number(name: str, value: float) -> str:
    return f"{value:,.4f}" if name.endswith("_usd") else f"{value:,}"


def columns(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as aligned columns; the last one is cut to the width of a page."""
    listed = [list(row) for row in rows]
    if not listed:
        return ""
    widths = [max(len(row[number]) for row in listed) for number in range(len(listed[0]))]
    lines = []
    for row in listed:
        padded = [each.ljust(width) for each, width in zip(row[:-1], widths, strict=False)]
        lines.append(GAP.join([*padded, row[-1]]).rstrip())
    return "\n".join(lines)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _status(data: Mapping[str, Any]) -> str:
    if "path" in data:
        return _photo(data)
    parts = []
    if data.get("batches"):
        rows = [("task file", "batch", "state", "requests", "done", "")]
        rows += [
            (
                each["file"],
                each["batch"],
                each["state"],
                f"{each['requests']:,}",
                f"{each['done']:,}",
                _cut(each["message"], WIDE),
            )
            for each in data["batches"]
        ]
        parts.append(columns(rows))
    parts += _queue(data.get("queue", {}))
    parts += [_money(each) for each in data.get("money", [])]
    return "\n\n".join(parts)


def _queue(queue: Mapping[str, Any]) -> list[str]:
    """Return what the provider's queue holds, where a file waits or the provider named a limit."""
    told = "words" in queue.get("origin", "")
    if not queue or not (queue["files_waiting"] or told):
        return []
    most = [f"{queue[unit]:,} {unit}" for unit in ("tokens", "requests") if queue[unit]]
    files = queue["files_waiting"]
    wait = f"{files:,} task files wait; " if files != 1 else "1 task file waits; "
    waiting = wait if files else ""
    holds = f"the queue holds {' and '.join(most)} at once ({queue['origin']})" if most else ""
    return [f"{waiting}{holds or 'no limit of the queue is known'}"]


def _money(each: Mapping[str, Any]) -> str:
    if each["usd"] is None:
        price = "no price is known"
    else:
        price = f"${each['estimated_usd']:.4f} estimated, ${each['usd']:.4f} billed so far"
    free = " (the sandbox costs nothing: these are the model's prices)" if each["free"] else ""
    return (
        f"{each['model']}: {price}{free}\n"
        f"  input {each['estimated_input_tokens']:,} tokens estimated, "
        f"{each['input_tokens']:,} billed, {each['cached_tokens']:,} of them cached\n"
        f"  output {each['estimated_output_tokens']:,} tokens estimated, "
        f"{each['output_tokens']:,} billed, {each['reasoning_tokens']:,} of them reasoning\n"
        f"  prices: {each['prices']}{_error(each['error'])}"
    )


def _error(error: float | None) -> str:
    if error is None:
        return ""
    return f"\n  billed {abs(error):.0%} {'more' if error > 0 else 'less'} than was estimated"


def _photo(data: Mapping[str, Any]) -> str:
    rows = [("photo", data["path"]), ("state", data["state"])]
    if data["follows"]:
        rows.append(("caption of", data["follows"]))
    if data["reason"]:
        rows.append(("reason", data["reason"]))
    rows += [
        (name, f"{each['value']} ({', '.join(filter(None, (each['evidence'], each['detail'])))})")
        for name, each in data["facts"].items()
    ]
    rows += [("contradiction", each) for each in data["contradictions"]]
    rows += [
        (name, ", ".join(value) if isinstance(value, tuple | list) else str(value))
        for name, value in data.get("caption", {}).items()
    ]
    rows += [
        ("finding", f"{each['rule']} ({each['severity']}): {each['message']}")
        for each in data.get("findings", [])
    ]
    rows += [
        ("asked", f"{each['task_file']} {each['custom_id']}: {_came_of(each)}")
        for each in data["history"]
    ]
    return columns(rows)


def _came_of(step: Mapping[str, Any]) -> str:
    if not step["outcome"]:
        return "no answer yet"
    why = f" ({step['message']})" if step["message"] else ""
    return f"{step['outcome']} {step['code']} → {step['result']}{why}".replace("  ", " ")


def _write(data: Mapping[str, Any]) -> str:
    lines: list[str] = []
    for each in data.get("changes", []):
        lines.append(each["photo"])
        for change in each["changes"]:
            lines.append(f"  {change['tag']}")
            if change["old"]:
                lines.append(f"    - {_cut(change['old'], WIDE)}")
            if change["new"]:
                lines.append(f"    + {_cut(change['new'], WIDE)}")
    if data.get("more"):
        lines.append(f"and {data['more']} photos more")
    return "\n".join(lines)


def _config(data: Mapping[str, Any]) -> str:
    rows = [
        (
            each["key"],
            repr(each["value"]) if each["value"] == "" else str(each["value"]),
            f"({each['origin']})",
        )
        for each in data.get("settings", [])
    ]
    return columns(rows)


def _doctor(data: Mapping[str, Any]) -> str:
    rows = [
        (
            "ok" if each["ok"] else "MISSING" if each["needed"] else "note",
            each["what"],
            each["told"],
        )
        for each in data.get("checks", [])
    ]
    return columns(rows)


def _demo(data: Mapping[str, Any]) -> str:
    rows = [("photo", "state", "headline", "first keywords")]
    rows += [
        (
            _cut(each["photo"], 44),
            each["state"],
            _cut(each["headline"], 46),
            _cut(", ".join(each["keywords"][:5]), 48),
        )
        for each in data.get("photos", [])
    ]
    parts = [columns(rows)]
    if data.get("read_back"):
        parts.append(
            f"What ExifTool now reads in {data['read_back_of']}:\n"
            + columns([(f"  {name}", _cut(value, WIDE)) for name, value in data["read_back"]])
        )
    parts += data.get("told", [])
    return "\n\n".join(parts)


def _poll(data: Mapping[str, Any]) -> str:
    rows = [
        (
            f"  {each['file']}",
            each["batch"],
            each["state"],
            f"{each['completed'] + each['failed']:,} of {each['requests']:,}",
            f"{each['failed']:,} failed" if each["failed"] else "",
        )
        for each in data.get("batches", [])
    ]
    return columns(rows)


def _submit(data: Mapping[str, Any]) -> str:
    return columns(
        (
            f"  {each['file']}",
            each["batch"] or "in doubt",
            f"{each['requests']:,} request{'s' * (each['requests'] != 1)}",
        )
        for each in data.get("batches", [])
    )


def _estimate(data: Mapping[str, Any]) -> str:
    told = [f"  model {data['model']}; prices: {data['prices'] or 'none known'}"]
    if data["calibrated"] != [1.0, 1.0]:
        given, made = data["calibrated"]
        told.append(
            "  corrected by what the batches so far were really billed:"
            f" {given:.0%} of the input that was estimated, {made:.0%} of the output"
        )
    if data["sampled"] < data["of"]:
        told.append(f"  measured on {data['sampled']} of {data['of']:,} photos, evenly spread")
    if data["free"]:
        told.append("  the sandbox costs nothing: these dollars are the model's own price")
    return "\n\n".join(each for each in ("\n".join(told), _models(data)) if each)


def _models(data: Mapping[str, Any]) -> str:
    """Return the models that have a price, the cheapest first; dollars for 1,000 photos."""
    rows = [
        (
            f"{'→' if each['model'] == data['model'] else ' '} {each['model']}",
            _tokens(each["sent"]),
            _usd(each["sent"], "usd"),
            _usd(each["sent"], "usd_without_batch"),
            *(_usd(each["full_size"][detail], "usd_without_batch") for detail in ("auto", "high")),
        )
        for each in data["models"]
        if each["sent"] and each["sent"]["usd"] is not None
    ]
    if not rows:
        return ""
    head = ("  model", "tokens in", "$ in a batch", "without", "full size, auto", "high")
    said = "Dollars for 1,000 such photos; full size: the originals, asked for one by one"
    return f"{said}\n{columns([head, *rows])}"


def _tokens(price: Mapping[str, Any]) -> str:
    return f"{price['input_tokens']:,}"


def _usd(price: Mapping[str, Any] | None, key: str) -> str:
    return "refused" if price is None else f"{price[key]:.2f}"


def _listed(data: Mapping[str, Any]) -> str:
    return "\n".join(f"  {each}" for each in data.get("files", []))


SPECIAL: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "status": _status,
    "write": _write,
    "config": _config,
    "doctor": _doctor,
    "demo": _demo,
    "poll": _poll,
    "submit": _submit,
    "estimate": _estimate,
    "init": _listed,
    "build": _listed,
    "export": _listed,
}
