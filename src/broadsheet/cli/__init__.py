"""The command line: `broadsheet VERB …`. Every failure that a person can mend is one clear line."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from broadsheet.conf.paper import BadSetting

from .parser import parser

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    arguments, rest = parser().parse_known_args(words)
    if rest and not arguments.takes_rest:
        parser().error(f"unknown argument {rest[0]!r}; try: broadsheet {arguments.verb} --help")
    try:
        return int(arguments.run(arguments, rest) or 0)
    except BadSetting as error:
        print(f"broadsheet: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # the last door: nobody is shown a traceback; it goes to a file instead
        where = _keep_trace()
        print(
            f"broadsheet: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'} — details in {where}",
            file=sys.stderr,
        )
        return 1


def _keep_trace() -> Path:
    folder = Path(os.environ.get("BROADSHEET_DIR", ".")) / "var"
    path = (folder if os.access(folder, os.W_OK) else Path(tempfile.gettempdir())) / "broadsheet-error.log"
    with path.open("a", encoding="utf-8") as file:
        traceback.print_exc(file=file)
    return path
