"""Collects static files into the paper's `var/static` when, and only when, something about them changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .paper import Paper

PACKAGE = Path(__file__).resolve().parent.parent


def collect(paper: Paper) -> bool:
    """Collect if needed; Django must be set up. Returns whether anything was done."""
    from django.core.management import call_command

    stamp = paper.var / "static" / ".stamp"
    print_ = _fingerprint(paper)
    if stamp.is_file() and stamp.read_text() == print_:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(print_)
    return True


def looks(paper: Paper) -> str:
    """A fingerprint of all that every page is made with: when it changes, every page is another."""
    digest = hashlib.blake2b(_fingerprint(paper).encode(), digest_size=16)
    files = [*PACKAGE.glob("*/templates/**/*.html"), *PACKAGE.rglob("*.mo"), *PACKAGE.rglob("*.py")]
    files += [path for path in (paper.folder / "templates").rglob("*") if path.is_file()]
    for path in sorted(files):
        facts = path.stat()
        digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    digest.update(repr((paper.name, paper.base_url, paper.time_zone, paper.languages)).encode())
    return digest.hexdigest()


def _fingerprint(paper: Paper) -> str:
    import wagtail

    digest = hashlib.blake2b(f"{wagtail.__version__}".encode(), digest_size=8)
    for root in (*sorted(PACKAGE.glob("*/static")), paper.folder / "static"):
        for path in sorted(p for p in root.rglob("*") if p.is_file()):
            facts = path.stat()
            digest.update(f"{path.relative_to(root)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
