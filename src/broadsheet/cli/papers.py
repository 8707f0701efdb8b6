"""Verbs about a paper: `init`, `import`, `export`, `check`, `manage`."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from urllib.parse import urlsplit

from broadsheet.conf.boot import setup
from broadsheet.conf.founding import lay_out, settings_file
from broadsheet.conf.paper import KNOWN_LANGUAGES, BadSetting

FIRST_SECTIONS = ("News", "Opinion", "Culture", "Sport")


def init(arguments: Namespace, rest: list[str]) -> int:
    """A folder with settings, database, roles, first sections and an owner; prints the owner's one-time link."""
    languages = [code.strip() for code in arguments.languages.split(",") if code.strip()]
    unknown = [code for code in languages if code not in KNOWN_LANGUAGES]
    if unknown or not languages:
        raise BadSetting(
            f"unknown language {unknown[0]!r}" if unknown else "no language given",
            "--languages",
            f"use some of: {', '.join(KNOWN_LANGUAGES)}",
        )
    _check_zone(arguments.time_zone)
    url = urlsplit(arguments.url)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise BadSetting(f"{arguments.url!r} is not an http(s) address", "--url", "use https://paper.example")
    folder = arguments.folder.resolve()
    lay_out(
        folder,
        settings_file(arguments.name, url=arguments.url, languages=languages, time_zone=arguments.time_zone),
    )
    try:
        link = _found(
            arguments, folder, languages, url.hostname, url.port or (443 if url.scheme == "https" else 80)
        )
    except BaseException:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
        raise
    print(f"{arguments.name} is ready in {folder}")
    print(f"  serve it:   broadsheet serve --dir {folder}")
    print(f"  the owner's way in, works once:   {arguments.url.rstrip('/')}{link}")
    return 0


def _check_zone(name: str) -> None:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadSetting(
            f"unknown time zone {name!r}", "--time-zone", "use an IANA name such as Asia/Baku"
        ) from None


def _found(arguments: Namespace, folder: object, languages: list[str], host: str, port: int) -> str:
    from pathlib import Path

    setup(Path(str(folder)))
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from broadsheet.newsroom.models import Section
    from broadsheet.newsroom.roles import install_roles
    from broadsheet.newsroom.services import found_paper
    from broadsheet.newsroom.slugs import slug_for
    from broadsheet.readers.models import User
    from broadsheet.readers.services import entry_path

    fronts = found_paper(arguments.name, languages, host=host, port=port)
    first = fronts[languages[0]]
    for name in FIRST_SECTIONS:
        first.add_child(
            instance=Section(title=name, slug=slug_for(name), show_in_menus=True, locale=first.locale)
        )
        first.refresh_from_db()
    install_roles(fronts.values())
    return entry_path(User.objects.create_superuser(arguments.owner))


def import_(arguments: Namespace, rest: list[str]) -> int:
    """Take sources in; the report goes to stdout, all else to stderr."""
    setup(arguments.dir)
    from broadsheet.intake.services import run_import

    try:
        report = run_import(
            arguments.kind,
            arguments.sources,
            section=arguments.section,
            mapping=arguments.mapping,
            dry_run=arguments.dry_run,
            with_items=arguments.json,
            site=arguments.site,
            show_progress=sys.stderr.isatty(),
        )
    except KeyboardInterrupt:
        print(
            "broadsheet: stopped — what has landed stays; run it again to go on from there", file=sys.stderr
        )
        raise
    if arguments.json:
        text = json.dumps(report.to_json(), ensure_ascii=False)
        # The name of a file need not be UTF-8; what is printed is.
        print(text.encode("utf-8", "replace").decode())
    else:
        print(report.in_words())
    for error in report.errors:
        print(f"broadsheet: {error.item} — {error.reason}", file=sys.stderr)
    if not arguments.json:
        for what, times in report.lost.most_common():
            print(
                f"broadsheet: left behind — {what}" + (f" ({times} times)" if times > 1 else ""),
                file=sys.stderr,
            )
        for kept in report.kept:
            print(f"broadsheet: kept as edited here — {kept.item}: {kept.reason}", file=sys.stderr)
    return report.exit_code


def export(arguments: Namespace, rest: list[str]) -> int:
    """Write everything out; what there is to say goes to stderr. 3 when files of the paper were missing."""
    setup(arguments.dir)
    from broadsheet.intake.exporting.services import run_export
    from broadsheet.outward.errors import OutsideError

    from .exporting import FORMS

    try:
        report = run_export(
            arguments.kind, arguments.dest, FORMS[arguments.kind], show_progress=sys.stderr.isatty()
        )
    except OutsideError as error:
        print(f"broadsheet: {error}", file=sys.stderr)
        return 2
    print(report.in_words(), file=sys.stderr)
    return report.exit_code


def check(arguments: Namespace, rest: list[str]) -> int:
    """0 when all is well, else 1 and a list of what to mend."""
    paper = setup(arguments.dir)
    from broadsheet.conf.doctor import findings

    found = findings(paper)
    for finding in found:
        print(f"{'advice' if finding.is_advice else 'mend'}: {finding.what} — {finding.mend}")
    serious = sum(not finding.is_advice for finding in found)
    print(f"{paper.name}: {'all is well' if not serious else f'{serious} to mend'}")
    return 1 if serious else 0


def manage(arguments: Namespace, rest: list[str]) -> int:
    """Django's commands, on this paper."""
    os.environ["BROADSHEET_DIR"] = str(arguments.dir.resolve())
    setup(arguments.dir)
    from django.core.management import ManagementUtility

    ManagementUtility(["broadsheet manage", *rest]).execute()
    return 0
