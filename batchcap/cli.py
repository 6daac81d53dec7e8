"""The command line: one short function a command; options in, a result out.

Only click and what tells mistakes are imported here: what a command needs is imported when it runs,
so that --help is quick.
"""

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchcap import __version__
from batchcap.mistakes import Group, Seconds, again

if TYPE_CHECKING:
    from batchcap.boundary import Options
    from batchcap.records import StageResult
    from batchcap.render import Terminal
    from batchcap.workspace import Workspace

Function = Callable[..., Any]
SHARED = (
    click.option(
        "-w", "--workspace", type=click.Path(path_type=Path),
        help="The folder with batchcap.toml (default: BATCHCAP_WORKSPACE, else the current one).",
    ),
    click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout."),
    click.option("-q", "--quiet", is_flag=True, help="Only what went wrong."),
    click.option("-v", "--verbose", is_flag=True, help="Tracebacks go to .batchcap/log."),
    click.option(
        "--set", "flags", multiple=True, metavar="KEY=VALUE",
        help="A setting for this once, such as --set image.max_side=768.",
    ),
)  # fmt: skip
# The largest number that SQLite holds.
LAST_RUN = 2**63 - 1
SHARED_NAMES = ("workspace", "as_json", "quiet", "verbose", "flags")


def shared(function: Function) -> Function:
    """Give a command the options that stand before or after its name."""
    return functools.reduce(lambda given, option: option(given), reversed(SHARED), function)


def split(context: click.Context, given: dict[str, Any]) -> "tuple[Options, dict[str, Any]]":
    """Return the shared options, the command's own words over the group's, and the rest."""
    from batchcap.boundary import Options

    above: dict[str, Any] = context.obj or {}
    own = {name: given.pop(name, None) for name in SHARED_NAMES}
    chosen = {name: own[name] or above.get(name) for name in SHARED_NAMES}
    flags = {}
    for each in (*above.get("flags", ()), *(own["flags"] or ())):
        key, mark, value = each.partition("=")
        if not mark:
            raise click.UsageError("--set takes KEY=VALUE, such as --set image.max_side=768.")
        flags[key.strip()] = value.strip()
    options = Options(
        workspace=chosen["workspace"] or Path(os.environ.get("BATCHCAP_WORKSPACE") or "."),
        as_json=bool(chosen["as_json"]),
        quiet=bool(chosen["quiet"]),
        verbose=bool(chosen["verbose"]),
        flags=flags,
        typed=again(context, SHARED_NAMES),
    )
    return options, given


def plain(function: "Callable[..., StageResult]") -> Function:
    """Run a command that needs no workspace: (options, terminal, its own parameters)."""

    @shared
    @click.pass_context
    @functools.wraps(function)
    def command(context: click.Context, /, **given: object) -> None:
        from batchcap.boundary import run

        options, rest = split(context, dict(given))
        name = context.command_path.partition(" ")[2]
        context.exit(run(name, options, lambda terminal: function(options, terminal, **rest)))

    return command


def stage(function: "Callable[..., StageResult]") -> Function:
    """Run a command on the open workspace: (workspace, its own parameters)."""

    @functools.wraps(function)
    def opened(options: "Options", terminal: "Terminal", **given: object) -> "StageResult":
        with opened_workspace(options, terminal) as workspace:
            return function(workspace, **given)

    return plain(opened)


@contextlib.contextmanager
def opened_workspace(options: "Options", terminal: "Terminal") -> "Iterator[Workspace]":
    """Open the workspace that the options name."""
    from batchcap.workspace import Outside, open_workspace

    outside = Outside(os.environ, terminal, _sandbox, options.flags)
    with open_workspace(options.workspace, outside) as workspace:
        yield workspace


def _sandbox(folder: Path) -> contextlib.AbstractContextManager[str]:
    from batchcap.sandbox import Options, serving

    return serving(Options(folder))


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@shared
@click.version_option(__version__, prog_name="batchcap")
@click.pass_context
def batchcap(context: click.Context, /, **given: object) -> None:
    """Keyword a photo archive overnight: build, submit, poll, join, write."""
    context.obj = given


@batchcap.command()
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--photos", "photos", required=True, help="The folder that holds the archive.")
@click.option("--preset", default="", help="What to ask for: stock, article, alt-text, …")
@click.option("--provider", default="", help="Whom to ask: openai, sandbox, or a path.")
@click.option("--ide", is_flag=True, help="Write run configurations for PyCharm and VS Code.")
@plain
def init(options: "Options", terminal: "Terminal", **given: Any) -> "StageResult":
    """Write batchcap.toml for an archive."""
    from batchcap.stages.init import Plan, init

    directory = given.pop("directory")
    folder = options.workspace if directory == Path() else directory
    terminal.say(f"workspace {folder.resolve()}")
    return init(folder, Plan(**given))


@batchcap.command()
@stage
def estimate(workspace: "Workspace") -> "StageResult":
    """Tell what build would send: tokens, files, dollars, waves."""
    from batchcap.stages.estimate import estimate

    return estimate(workspace)


@batchcap.command()
@click.option("--regenerate", is_flag=True, help="Ask again for photos that have a caption.")
@click.option("--limit", type=click.IntRange(1), help="At most so many requests.")
@click.argument("paths", nargs=-1)
@stage
def build(workspace: "Workspace", **given: Any) -> "StageResult":
    """Turn photos into task files."""
    from batchcap.stages.build import Order, build

    return build(workspace, Order(**{**given, "limit": given["limit"] or 0}))


@batchcap.command()
@click.option("--adopt", default="", metavar="BATCH", help="This batch is what FILE became.")
@click.option("--resend", default="", metavar="FILE", help="FILE never arrived: send it again.")
@click.option("--anew", is_flag=True, help="Go on although batches of a lost ledger are there.")
@click.argument("file", default="")
@stage
def submit(workspace: "Workspace", **given: Any) -> "StageResult":
    """Send task files as the queue has room."""
    from batchcap.stages.submit import submit

    return submit(workspace, **given)


@batchcap.command()
@click.option("--wait", is_flag=True, help="Go on until every batch has ended.")
@click.option("--timeout", default=0.0, type=Seconds(0), help="Seconds to go on.")
@stage
def poll(workspace: "Workspace", **given: Any) -> "StageResult":
    """Look at the batches and fetch what is done."""
    from batchcap.stages.poll import Patience, poll
    from batchcap.stages.submit import send_next

    return poll(workspace, Patience(**given), send_next)


@batchcap.command()
@stage
def join(workspace: "Workspace") -> "StageResult":
    """Turn replies into captions."""
    from batchcap.stages.join import join

    return join(workspace)


@batchcap.command()
@click.option("--dry-run", is_flag=True, help="Show what would change, write nothing.")
@click.argument("paths", nargs=-1)
@stage
def write(workspace: "Workspace", **given: Any) -> "StageResult":
    """Write captions into the photos."""
    from batchcap.stages.write import write

    return write(workspace, **given)


@batchcap.command()
@click.option("--wait", is_flag=True, help="Wait for the batches instead of stopping there.")
@stage
def run(workspace: "Workspace", **given: Any) -> "StageResult":
    """Run all stages, stopping where time or a person is needed."""
    from batchcap.stages.run import run

    return run(workspace, **given)


@batchcap.command()
@click.option("--photo", default="", metavar="PATH", help="Everything about one photo.")
@click.option(
    "--amiss",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write a CSV of all photos a person should look at, with the reasons.",
)
@stage
def status(workspace: "Workspace", photo: str, amiss: Path | None) -> "StageResult":
    """Tell where every photo and batch stands."""
    from batchcap.stages.status import list_amiss, photo_status, status

    if amiss:
        list_amiss(workspace, amiss)
    return photo_status(workspace, photo) if photo else status(workspace)


@batchcap.command()
@click.option("--run", "run_id", type=click.IntRange(1, LAST_RUN), help="Which run.")
@click.option("--force", is_flag=True, help="Also where somebody changed the photo since.")
@click.argument("paths", nargs=-1)
@stage
def undo(workspace: "Workspace", **given: Any) -> "StageResult":
    """Put the old metadata back."""
    from batchcap.stages.undo import undo

    return undo(workspace, **{**given, "run_id": given["run_id"] or 0})


@batchcap.command()
@click.option("--agency", required=True, help="shutterstock, adobe-stock, istock, …")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write.")
@click.argument("paths", nargs=-1)
@stage
def export(workspace: "Workspace", **given: Any) -> "StageResult":
    """Write an agency's CSV, checked against its rules first."""
    from batchcap.stages.export import export

    return export(workspace, **given)


@batchcap.command()
@click.option("--agency", required=True, help="shutterstock, adobe-stock, istock, …")
@click.argument("paths", nargs=-1)
@stage
def check(workspace: "Workspace", **given: Any) -> "StageResult":
    """Check captions against an agency's rules, write nothing."""
    from batchcap.stages.export import export

    return export(workspace, out=None, check_only=True, **given)


@batchcap.command()
@stage
def verify(workspace: "Workspace") -> "StageResult":
    """Hash files again, derive states again, compare."""
    from batchcap.stages.verify import verify

    return verify(workspace)


@batchcap.command()
@click.argument("batches", nargs=-1, metavar="[BATCH]...")
@stage
def cancel(workspace: "Workspace", **given: Any) -> "StageResult":
    """Cancel batches; what was answered is kept."""
    from batchcap.stages.cancel import cancel

    return cancel(workspace, **given)


@batchcap.command()
@stage
def config(workspace: "Workspace") -> "StageResult":
    """Show each setting and where it came from."""
    from batchcap.stages.settings import settings

    return settings(workspace)


@batchcap.command()
@plain
def doctor(options: "Options", terminal: "Terminal") -> "StageResult":
    """Check that everything is here."""
    from batchcap.stages.doctor import doctor

    return doctor(options.workspace, lambda: opened_workspace(options, terminal))


@batchcap.command()
@click.argument("directory", metavar="[DIR]", default="demo", type=click.Path(path_type=Path))
@plain
def demo(options: "Options", terminal: "Terminal", directory: Path) -> "StageResult":
    """Do the whole job on painted sample photos, without a key."""
    from dataclasses import replace

    from batchcap.stages.demo import gallery, paint_workspace
    from batchcap.stages.init import Plan, init
    from batchcap.stages.run import run

    paint_workspace(directory, terminal)
    if not (directory / "batchcap.toml").exists():
        init(directory, Plan("photo", provider="sandbox"))
    with opened_workspace(replace(options, workspace=directory), terminal) as workspace:
        return gallery(workspace, run(workspace, wait=True))


@batchcap.group()
def sandbox() -> None:
    """Run the embedded Batch API server."""


@sandbox.command()
@click.option("--directory", default=".batchcap/sandbox", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", help="The address to listen on.")
@click.option("--port", default=8123, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--dialect", default="openai", help="openai, azure, groq, together, …")
@click.option("--faults", type=click.Path(path_type=Path), help="What shall go wrong (TOML).")
@plain
def serve(options: "Options", terminal: "Terminal", **given: Any) -> "StageResult":
    """Serve files, batches and chat completions until Ctrl-C."""
    from batchcap.stages.serve import serve

    return serve(terminal, options.workspace, **given)
