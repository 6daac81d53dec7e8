"""``batchcap`` and ``python -m batchcap``: the arguments in, an exit code out.

Imports what it needs when it runs, for Ctrl-C comes at any time.
"""

import os
import sys

STOPPED = 130


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    _fill_closed_streams()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = _code(given)
    except (KeyboardInterrupt, RuntimeError) as error:
        # Python 3.11 wraps what comes while a class is being made.
        if isinstance(error, RuntimeError) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        # Before a command began, or after it ended: between them stands the boundary.
        from batchcap.shell import quoted

        typed = " ".join(["batchcap", *map(quoted, given)])
        sys.stderr.write(f"  ! Stopped. What was recorded before is safe.\nNext: {typed}\n")
        code = STOPPED
    except OSError as error:
        # Only words of help are written outside the boundary.
        from batchcap.boundary import not_shown

        code = not_shown(error)
    sys.exit(code)


def _fill_closed_streams() -> None:
    # The number of a stream that the caller closed would go to the next file that is opened, and
    # what is printed into the ledger.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def _code(given: list[str]) -> int:
    import click

    from batchcap.cli import batchcap
    from batchcap.mistakes import instead, name_of

    try:
        code = batchcap.main(given, prog_name="batchcap", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "")
        return 0
    except click.ClickException as error:
        from batchcap.boundary import usage

        name, as_json = name_of(error) or "batchcap", "--json" in given
        return usage(name, error.format_message(), instead(error), as_json=as_json)
    except click.Abort as error:
        raise KeyboardInterrupt from error
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    main()
