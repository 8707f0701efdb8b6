"""Registering through the edge, in front of a paper with real processes: whose address counts, and what then opens."""

from __future__ import annotations

import http.client
import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from tests.edge.test_paper import Paper
from tests.edge.test_paper import paper as paper  # the fixture


class Visitor:
    """A browser without script: keeps cookies, fills forms."""

    def __init__(self, paper: Paper) -> None:
        self.paper, self.jar = paper, SimpleCookie()

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.paper.port, timeout=30)
        try:
            sent = {
                "Cookie": "; ".join(f"{name}={kept.value}" for name, kept in self.jar.items() if kept.value)
            }
            body = None
            if form is not None:
                body = urlencode({"csrfmiddlewaretoken": self.jar["bs_csrf"].value, **form})
                sent["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, {**sent, **headers})
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie", []):
                self.jar.load(line)
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()


@pytest.mark.slow
def test_a_reader_registers_by_code_and_the_story_opens(paper: Paper) -> None:
    visitor, story = Visitor(paper), "/nation/registered-0/"
    before = visitor.ask("GET", story)[2]
    visitor.ask("GET", f"/account/login/?next={story}")

    _, confirm, _ = visitor.ask(
        "POST", "/account/login/code/", {"email": "reader@paper.example", "next": story}
    )
    mail = max((paper.folder / "var" / "outbox").iterdir(), key=lambda file: file.stat().st_mtime).read_text()
    code = re.search(r"^([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\r?$", mail, re.MULTILINE)
    assert code, mail
    status, back, _ = visitor.ask("POST", confirm, {"code": code[1], "next": story})

    assert (status, back) == (302, story)
    assert "Register to read on" in before
    assert "Register to read on" not in visitor.ask("GET", story)[2]


@pytest.mark.slow
def test_the_limit_counts_the_address_that_the_edge_saw(paper: Paper) -> None:
    outbox = paper.folder / "var" / "outbox"
    before = len(list(outbox.iterdir()))
    said = []
    for number in range(13):
        visitor = Visitor(paper)
        visitor.ask("GET", "/account/login/")
        # The last is what a proxy on this machine met, the one before what its visitor claims.
        forged = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9", "X-Real-IP": f"198.51.100.{number}"}
        said.append(
            visitor.ask("POST", "/account/login/code/", {"email": f"r{number}@paper.example"}, **forged)[0]
        )

    assert set(said[:8]) == {302}
    assert said[-1] == 200
    assert len(list(outbox.iterdir())) - before <= 10
