import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from broadsheet.cli.parser import parser

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = "Morning Post\n\nBridge opens early [PHOTO]\n\n5 April 2022 12:51 (UTC+04:00)\n\nBy Ann Author\n\nThe new bridge over the river opened a month early on Tuesday, the city council said.\n"


def run(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("BROADSHEET_DIR", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "-m", "broadsheet", *words],
        cwd=cwd or CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers") / "paper"
    made = run("init", str(folder), "--name", "The Post", "--time-zone", "Asia/Baku", "--languages", "en,az")
    assert made.returncode == 0, made.stderr
    assert "/-/enter/" in made.stdout
    return folder


def test_init_keeps_its_secret_to_its_owner(paper):
    assert (paper / "broadsheet.toml").stat().st_mode & 0o077 == 0


def test_init_refuses_a_folder_with_something_in_it_and_changes_nothing(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    before = sorted(p.name for p in tmp_path.iterdir())
    result = run("init", str(tmp_path))

    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "is not empty" in result.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "words", [("--languages", "xx"), ("--time-zone", "Nowhere/Land"), ("--url", "paper")]
)
def test_init_says_what_is_wrong_and_leaves_nothing(tmp_path, words):
    result = run("init", str(tmp_path / "new"), *words)

    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_check_finds_a_new_paper_well(paper):
    result = run("check", "--dir", str(paper))

    assert result.returncode == 0, result.stdout
    assert "all is well" in result.stdout


def test_check_names_what_is_unsafe(paper):
    (paper / "broadsheet.toml").chmod(0o644)
    result = run("check", "--dir", str(paper))
    (paper / "broadsheet.toml").chmod(0o600)

    assert result.returncode == 1
    assert "chmod 600" in result.stdout


def test_import_prints_one_object_on_stdout(paper, tmp_path):
    page = tmp_path / "bridge.txt"
    page.write_text(PAGE)
    result = run("import", "page", str(page), "--dir", str(paper), "--json")
    report = json.loads(result.stdout)

    assert result.returncode == 0
    assert set(report) == {
        "kind",
        "found",
        "created",
        "updated",
        "unchanged",
        "skipped",
        "failed",
        "media",
        "redirects",
        "seconds",
        "errors",
    }
    assert report["created"] == 1


def test_a_file_name_that_is_not_utf8_is_reported_like_any_other(paper, tmp_path):
    source = tmp_path / os.fsdecode(b"export-\xff.xml")
    source.write_text("no export")

    result = run("import", "wxr", str(source), "--dir", str(paper), "--json")

    assert result.returncode == 2
    assert json.loads(result.stdout)["errors"][0]["item"].endswith("export-?.xml")


@pytest.mark.parametrize(
    "words",
    [("import", "page", "/nowhere/x.html"), ("check",), ("serve",), ("worker",), ("manage", "migrate")],
)
def test_without_a_paper_every_verb_is_one_line(tmp_path, words):
    result = run(*words, cwd=tmp_path)

    assert result.returncode == 2
    assert result.stderr.startswith("broadsheet: no paper in")
    assert result.stderr.count("\n") == 1


def test_a_port_in_use_is_one_line(paper):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("serve", "--dir", str(paper), "--bind", f"127.0.0.1:{taken.getsockname()[1]}")

    assert result.returncode == 2
    assert "can't listen" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [("edge",), ("nonsense",), ("import", "wxr", "x"), ("check", "--wrong")])
def test_what_does_not_exist_is_refused(words):
    result = run(*words)

    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_serve_answers_restarts_a_dead_child_and_stops_when_told(paper):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "broadsheet", "serve", "--dir", str(paper), "--bind", f"127.0.0.1:{port}"],
        cwd=CHECKOUT,
        env={k: v for k, v in os.environ.items() if not k.startswith(("BROADSHEET_D", "DJANGO"))},
        stderr=subprocess.DEVNULL,
    )

    def answer(path: str = "/-/ready") -> int:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as page:
                    return page.status
            except OSError:
                time.sleep(0.3)
        return 0

    def children(name: bytes) -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    words = (folder / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                if name in words and str(paper).encode() in words and b"serve" not in words:
                    found.append(int(folder.name))
        return found

    try:
        assert answer() == 200
        for name in (b"origin", b"edge"):
            killed = children(name)
            assert killed
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.5)
            # Never asked for before, so it is the origin that answers.
            assert answer(f"/search/?q={name.decode()}") == 200, "it came back"
    finally:
        process.terminate()
    assert process.wait(30) == 0
    assert children(b"origin") == children(b"edge") == []


def test_every_verb_is_documented():
    docs = (CHECKOUT / "docs" / "reference" / "commands.md").read_text()
    actions = next(a for a in parser()._actions if a.dest == "verb")

    assert [verb for verb in actions.choices if f"`{verb}" not in docs] == []
