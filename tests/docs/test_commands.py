"""Every command in the README and the documentation is run, in order, as it stands there.

`python3 start.py` is this checkout's command line without the set-up, which has been done by whoever runs the tests. A
block after `<!-- serves -->` is started, asked for a page, and stopped.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = [
    path
    for path in [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
    if "```console" in path.read_text(encoding="utf-8")
]
BLOCK = re.compile(r"(<!-- serves -->\s*)?```console\n(.*?)```", re.DOTALL)
SHIM = f"import os, sys\nos.execv({sys.executable!r}, [{sys.executable!r}, '-m', 'broadsheet', *(sys.argv[1:] or ['demo'])])\n"


def commands(page: Path) -> list[tuple[str, bool]]:
    """(command, whether it serves), in reading order."""
    return [
        (line[2:], bool(serves))
        for serves, block in BLOCK.findall(page.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if line.startswith("$ ")
    ]


@pytest.mark.docs
@pytest.mark.xdist_group("port 8000")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(CHECKOUT).as_posix())
def test_every_command_works_as_it_is_written(page, tmp_path):
    (tmp_path / "start.py").write_text(SHIM)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("BROADSHEET_D", "DJANGO"))}
    environment |= {
        "XDG_DATA_HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    for command, serves in commands(page):
        if command.endswith("start.py test"):
            continue  # it is what runs this
        if command == "python3 start.py":
            command = f"python3 start.py demo --dir {tmp_path / 'demo'}"
        if not serves:
            result = subprocess.run(
                command,
                shell=True,
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
            continue
        process = subprocess.Popen(
            command, shell=True, cwd=tmp_path, env=environment, start_new_session=True, stderr=subprocess.PIPE
        )
        try:
            assert answers("http://127.0.0.1:8000/-/ready", process), command
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + 240
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as page:
                return page.status == 200
        except OSError:
            time.sleep(0.5)
    return False


def test_every_page_of_the_documentation_that_promises_commands_has_some():
    assert len(PAGES) >= 3
    assert sum(len(commands(page)) for page in PAGES) >= 10
