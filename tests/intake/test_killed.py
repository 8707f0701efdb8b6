"""An import that is killed at any moment and run again gives the paper that an unbroken one gives."""

import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.killing, pytest.mark.slow]
POSTS, KILLS = 1_200, 20
ROOT = Path(__file__).resolve().parents[2]


def export_file(path):
    spec = importlib.util.spec_from_file_location("wxr_source", ROOT / "benchmarks" / "wxr_source.py")
    source = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(source)
    with path.open("wb") as file:
        source.write_wxr(file, POSTS, pictures=False)


def broadsheet(*words, start=subprocess.run, **options):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("BROADSHEET", "DJANGO"))}
    return start([sys.executable, "-m", "broadsheet", *map(str, words)], env=environment, **options)


def a_paper(folder):
    broadsheet("init", folder, "--name", "Kept", "--owner", "o@p.example", check=True, capture_output=True)
    return folder


def everything(paper, where):
    broadsheet("export", "jsonl", where, "--dir", paper, check=True, capture_output=True)
    return where.read_bytes()


def report_of(source, paper):
    ran = broadsheet("import", "wxr", source, "--dir", paper, "--json", capture_output=True, text=True)
    return json.loads(ran.stdout)


def test_twenty_kills_leave_what_one_run_leaves(tmp_path):
    source = tmp_path / "old.xml"
    export_file(source)
    whole, broken = a_paper(tmp_path / "whole"), a_paper(tmp_path / "broken")
    started = time.monotonic()
    assert report_of(source, whole)["created"] == POSTS
    unbroken = time.monotonic() - started

    dice = random.Random()
    kills = 0
    while kills < KILLS:
        child = broadsheet(
            *("import", "wxr", source, "--dir", broken),
            start=subprocess.Popen,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            child.wait(dice.uniform(0.3, 0.9) * unbroken)
        except subprocess.TimeoutExpired:
            # Now its writer, now its reader, now both at once.
            if kills % 3 == 2:
                os.killpg(child.pid, signal.SIGKILL)
            else:
                os.kill(child.pid if kills % 3 == 0 else reader_of(child.pid), signal.SIGKILL)
        child.wait()
        kills += 1
    last = report_of(source, broken)

    assert last["found"] == POSTS
    assert last["failed"] == 0
    assert report_of(source, broken)["unchanged"] == POSTS
    assert everything(broken, tmp_path / "broken.jsonl") == everything(whole, tmp_path / "whole.jsonl")


def reader_of(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else pid
