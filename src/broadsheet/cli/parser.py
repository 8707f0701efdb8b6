"""Every verb and its options. What a verb does stands in `papers`, `records`, `running` and `testing`."""

from __future__ import annotations

import argparse
from pathlib import Path

from broadsheet import __version__
from broadsheet.conf.origin import DEFAULT_BIND
from broadsheet.conf.paper import KNOWN_LANGUAGES

from . import papers, records, running, testing

IMPORT_KINDS = ("wxr", "ghost", "feed", "page", "ninjs", "newsml", "jsonl")
EXPORT_KINDS = ("jsonl", "ninjs", "newsml")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(prog="broadsheet", description="The online newspaper in one install.")
    top.add_argument("--version", action="version", version=f"broadsheet {__version__}")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, run: object, text: str, *, takes_rest: bool = False) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=text, description=text, add_help=not takes_rest)
        made.set_defaults(run=run, takes_rest=takes_rest)
        return made

    def folder(made: argparse.ArgumentParser) -> None:
        made.add_argument("--dir", type=Path, default=Path(), help="the paper's folder (default: this one)")

    demo = verb("demo", running.demo, "build the demo paper once, serve it, print where to look")
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--bind", default="", help="HOST:PORT; anything but this machine must be asked for")
    demo.add_argument("--dir", type=Path, default=None, help="where the demo paper lives")

    test = verb("test", testing.test, "run the tests", takes_rest=True)
    test.add_argument(
        "--all", action="store_true", help="with PostgreSQL, Chromium, migrations, lint, types, docs"
    )

    init = verb("init", papers.init, "make a new paper")
    init.add_argument("folder", type=Path, metavar="DIR")
    init.add_argument("--name", default="The New Paper")
    init.add_argument("--url", default="http://127.0.0.1:8000")
    init.add_argument(
        "--languages",
        default="en",
        help=f"comma-separated, the first is the main one: {', '.join(KNOWN_LANGUAGES)}",
    )
    init.add_argument("--time-zone", default="UTC", help="an IANA name such as Asia/Baku")
    init.add_argument("--owner", default="owner@paper.example", help="the owner's e-mail address")

    for name, run, text in (
        ("serve", running.serve, "serve the paper: edge, origin and worker, supervised"),
        ("origin", running.origin, "the origin alone"),
    ):
        made = verb(name, run, text)
        folder(made)
        made.add_argument("--bind", default=DEFAULT_BIND, help="HOST:PORT")
    edge = verb("edge", running.edge, "the edge alone, before this paper's origin or any other")
    edge.add_argument("--origin", required=True, help="http://HOST:PORT, or unix:PATH")
    folder(edge)
    edge.add_argument("--bind", default=DEFAULT_BIND, help="HOST:PORT")
    edge.add_argument(
        "--workers", type=int, default=0, help="processes (default: edge_workers of the paper, else 1)"
    )
    edge.add_argument("--access-log", type=Path, default=None, help="a file for one JSON line per request")
    folder(verb("worker", running.worker, "the worker alone: tasks, schedules, sweepers"))
    sandbox = verb("sandbox", running.sandbox, "the paper's sandbox gateway alone: no money moves")
    folder(sandbox)
    sandbox.add_argument("--port", type=int, default=0, help="on this machine (default: the paper's own)")
    sandbox.add_argument(
        "--paper", default=DEFAULT_BIND, metavar="HOST:PORT", help="where the paper is served, to report to"
    )

    made = verb("import", papers.import_, "take stories in")
    made.add_argument("kind", choices=IMPORT_KINDS, metavar="KIND", help=f"one of: {', '.join(IMPORT_KINDS)}")
    made.add_argument("sources", nargs="+", metavar="SOURCE", help="a file or an address")
    folder(made)
    made.add_argument("--section", default="", help="the slug of the section to file under")
    made.add_argument(
        "--mapping", type=Path, default=None, metavar="FILE", help="a mapping; a dry run drafts it"
    )
    made.add_argument(
        "--site", default="", metavar="URL", help="where the source's own pages are, if it doesn't say"
    )
    made.add_argument("--dry-run", action="store_true", help="report what would happen, change nothing")
    made.add_argument("--json", action="store_true", help="one JSON object on stdout")

    made = verb("export", papers.export, "write everything out, to read in again or to hand on")
    made.add_argument("kind", choices=EXPORT_KINDS, metavar="KIND", help=f"one of: {', '.join(EXPORT_KINDS)}")
    made.add_argument(
        "dest", metavar="DEST", help="a file, whose pictures go to media/ beside it; or - for stdout"
    )
    folder(made)

    record = verb("record", records.extract, "the record: people, offices, places, dates, events")
    made = record.add_subparsers(dest="part", required=True, metavar="PART").add_parser(
        "extract", help="what stories suggest for the record, one line per file"
    )
    made.add_argument("files", nargs="+", metavar="FILE", help="a story as plain text, UTF-8")
    made.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="the dateline's day")
    made.add_argument("--language", default="en", metavar="xx", help="the stories' language (default: en)")
    made.add_argument(
        "--registry", type=Path, default=None, metavar="DIR", help="what is known: .jsonl and .csv files"
    )
    made.add_argument("--json", action="store_true", help="one JSON object per file")
    made.add_argument("--explain", action="store_true", help="with --json: reason, entity, salience, too")

    folder(verb("check", papers.check, "look for what to mend"))
    manage = verb("manage", papers.manage, "Django's own commands", takes_rest=True)
    folder(manage)
    return top
