"""Hash the files again, derive the states again, compare. Changes nothing."""

import hashlib
from pathlib import Path

from batchcap.records import Exit, Problem, StageResult
from batchcap.workspace import Workspace

CHUNK = 1 << 20


def verify(workspace: Workspace) -> StageResult:
    """Check the ledger, every task file and every reply; exit 5 where something disagrees."""
    ledger = workspace.ledger
    wrong = [Problem("ledger", each) for each in ledger.sound()]
    checked = 1
    files = ledger.tasks.files()
    sent = list(ledger.submissions.all())
    with workspace.progress.bar("hashing files", len(files) + len(sent)) as bar:
        for file in files:
            checked += 1
            wrong += _compare(workspace.tasks / file.name, file.sha256, file.bytes)
            names = list(ledger.tasks.lines(file.id))
            if len(names) != file.requests:
                wrong.append(
                    Problem(
                        "books",
                        f"{file.name}: {file.requests} requests, {len(names)} tasks.",
                    )
                )
            bar.advance()
        for each in sent:
            for reply in ledger.submissions.files(each.submission):
                if reply.name:
                    checked += 1
                    wrong += _compare(workspace.replies / reply.name, reply.sha256, reply.bytes)
            if each.ended == "joined":
                checked += 1
                settled = sum(ledger.captions.count_file(each.submission.file.id).values())
                if settled != each.submission.file.requests:
                    wrong.append(
                        Problem(
                            "books",
                            f"{each.submission.file.name}: {each.submission.file.requests} "
                            f"requests, {settled} outcomes.",
                        )
                    )
            bar.advance()
    counts, total = ledger.photos.counts(), ledger.photos.total()
    checked += 1
    if sum(counts.values()) != total:
        wrong.append(
            Problem("books", f"{total} photos, but their states sum to {sum(counts.values())}.")
        )
    return StageResult(
        "verify",
        Exit.UNBALANCED if wrong else Exit.DONE,
        {"checked": checked, "wrong": len(wrong)},
        tuple(wrong),
        {},
        "" if wrong else "batchcap status",
    )


def _compare(path: Path, sha256: str, size: int) -> list[Problem]:
    try:
        with path.open("rb") as stream:
            digest = hashlib.sha256()
            length = 0
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                length += len(chunk)
    except FileNotFoundError:
        return [Problem("file_gone", f"{path} is gone.")]
    if digest.hexdigest() != sha256.removeprefix("sha256:") or length != size:
        return [Problem("file_changed", f"{path} is not the file that was recorded.")]
    return []
