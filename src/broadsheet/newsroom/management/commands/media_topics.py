"""`manage media_topics SOURCE`: read IPTC's Media Topics in, so that editors can choose from them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from broadsheet.newsroom.media_topics import concepts
from broadsheet.newsroom.models import MediaTopic
from broadsheet.outward.errors import OutsideError
from broadsheet.outward.fetch import fetch

MOST_BYTES = 64 * 1024 * 1024


class Command(BaseCommand):
    help = "Read IPTC Media Topics from the JSON file that IPTC publishes: a path or an address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="the file, or its http(s) address")

    def handle(self, *args: Any, **options: Any) -> None:
        source = str(options["source"])
        try:
            if source.startswith(("http://", "https://")):
                data = fetch(source, robots=False, most_bytes=MOST_BYTES).body
            else:
                data = Path(source).read_bytes()
            rows = [
                MediaTopic(code=code, names=names, broader=broader)
                for code, names, broader in concepts(json.loads(data))
            ]
        except (OSError, OutsideError, ValueError) as error:
            raise CommandError(f"{source} can't be read: {error}") from None
        with transaction.atomic():
            MediaTopic.objects.exclude(code__in=[row.code for row in rows]).delete()
            MediaTopic.objects.bulk_create(
                rows, 500, update_conflicts=True, update_fields=["names", "broader"], unique_fields=["code"]
            )
        self.stdout.write(f"{len(rows)} Media Topics")
