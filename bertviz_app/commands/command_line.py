"""The command `inside-bert`: starts the app, or fetches models, or checks the installation."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bertviz_app import __version__
from bertviz_app.errors import InsideBertError


def parser() -> argparse.ArgumentParser:
    """What can be typed. Without a command, the app is started."""
    whole = argparse.ArgumentParser(
        prog="inside-bert",
        description="Type a sentence and see everything BERT does with it, in the browser. Without a command, start the app.",
    )
    whole.add_argument("--version", action="version", version=f"Inside BERT {__version__}")
    whole.add_argument("--port", type=int, metavar="N", help="the port it listens on (8501)")
    whole.add_argument(
        "--host",
        metavar="ADDRESS",
        help="the address it listens on; 0.0.0.0 lets everybody in who reaches this machine (127.0.0.1: this machine alone)",
    )
    whole.add_argument("--model", metavar="NAME", help="the model that is seen first: a name of the catalogue, or a folder")
    whole.add_argument(
        "--checkpoints",
        action="append",
        metavar="FOLDER",
        default=[],
        help="a checkpoint to offer beside the catalogue; may be repeated",
    )
    commands = whole.add_subparsers(dest="command", metavar="COMMAND")
    fetch = commands.add_parser("fetch", help="download a model, once", description="Download checkpoints for Inside BERT.")
    fetch.add_argument("names", nargs="+", metavar="NAME", help="a name of the catalogue, or a Hub repository, owner/name")
    commands.add_parser("check", help="say what is installed, what works, and where models are")
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns what the terminal is told: 0 where all went well."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "fetch":
            from bertviz_app.checkpoints import fetch

            return fetch.main(options.names)
        if options.command == "check":
            from bertviz_app.commands import check

            return check.report()
        from bertviz_app.commands.start import Start, start

        start(Start(options.port, options.host, options.model, tuple(options.checkpoints)))
    except InsideBertError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
