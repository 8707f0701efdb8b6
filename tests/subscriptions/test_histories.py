"""The proof: ten random lives over HTTP, told twice, late, in disorder or not at all, with processes killed meanwhile."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from broadsheet.conf.founding import lay_out, settings_file

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.killing
def test_the_books_are_the_gateways_whatever_happened_on_the_way(tmp_path: Path) -> None:
    paper = tmp_path / "paper"
    text = settings_file(
        "Lives", url="http://127.0.0.1:8000", languages=["en"], time_zone="UTC", gateway="sandbox"
    )
    lay_out(paper, text)
    seed = int(os.environ.get("BROADSHEET_SEED", random.randrange(10**6)))
    ran = subprocess.run(
        [sys.executable, "-m", "tests.subscriptions.histories", str(paper), str(seed)],
        cwd=CHECKOUT,
        env={k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, f"seed {seed}: {ran.stderr[-3000:]}"
    told = json.loads(ran.stdout.strip().splitlines()[-1])
    print(f"seed {seed}: {told}")
    assert told["differences"] == [], f"seed {seed}"
    assert told["kills"] >= 1
    assert told["lines"] > 50
