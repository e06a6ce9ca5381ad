"""The steps of the study, and what surrounds them: one file per command, nothing heavy loaded before it is needed."""

from __future__ import annotations

import importlib
import io
import os
import pkgutil
import signal
import sys
from typing import NoReturn

import click

from artifact import interrupts
from artifact.errors import BadInputError, printable

BAD_INPUT = 2
INTERRUPTED = 130
UNREAD = 128 + signal.SIGPIPE


class _Commands(click.Group):
    """The commands are the files of this folder, but for those that begin with an underscore."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [found.name for found in pkgutil.iter_modules(__path__) if found.name[0] != "_"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return command


program = _Commands(help=__doc__, context_settings={"max_content_width": 120})


def main() -> NoReturn:
    """Run one command; exit 0 when done, 1 where a verdict or a comparison is another, 2 on bad input or usage.

    Where whoever read its output has left, as `head` does, it ends as silently as any command.
    """
    stdout = sys.stdout
    # What a terminal of another encoding cannot show is written out.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = program.main(prog_name="python -m artifact", standalone_mode=False) or 0
        sys.stdout.flush()
        sys.exit(code)
    except SystemExit:
        # Where nobody reads, Click puts a mute output in its place and makes 1 of it, which here is a verdict.
        if sys.stdout is not stdout:
            _unread()
        raise
    except BrokenPipeError:
        _unread()
    except BadInputError as error:
        print(f"artifact: {error}", file=sys.stderr)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "python -m artifact"
        print(f"artifact: {printable(error.format_message())}; see {path} --help", file=sys.stderr)
    except click.Abort as stopped:
        # A step that has said what it kept raises with its own words.
        if not (stopped.__cause__ and stopped.__cause__.args):
            print(interrupts.STOPPED, file=sys.stderr)
        sys.exit(INTERRUPTED)
    except OSError as error:
        place = printable(str(error.filename or "the output"))
        print(f"artifact: {place}: {error.strerror}; make room, or name another place", file=sys.stderr)
    sys.exit(BAD_INPUT)


def _unread() -> NoReturn:
    """End at once, before the interpreter tries to write what nobody reads."""
    os._exit(UNREAD)
