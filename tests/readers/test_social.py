"""Log-in at others: nothing of it in a paper without providers; the journeys of one with them, in their own process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.urls import NoReverseMatch, reverse

from broadsheet.conf.founding import template_database

HERE = Path(__file__).resolve().parent


def test_a_paper_without_providers_has_no_app_no_table_and_no_address(client, paper):
    assert not apps.is_installed("allauth.socialaccount")
    assert not [name for name in connection.introspection.table_names() if "social" in name]
    for name in ("oidc_login", "socialaccount_connections"):
        with pytest.raises(NoReverseMatch):
            reverse(name, kwargs={"provider_id": "club"} if name == "oidc_login" else {})
    assert client.post("/account/oidc/club/login/").status_code == 404
    assert "oidc" not in client.get("/account/login/").text


@pytest.mark.slow
def test_the_journeys_of_a_paper_with_a_provider():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        issuer = f"http://127.0.0.1:{free.getsockname()[1]}"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # Made here: the other process, whose settings name a provider, must not be the one that makes it for all tests.
    template_database()
    run = subprocess.run(
        [sys.executable, "-m", "pytest", str(HERE / "social"), "-n", "0", "-p", "no:cacheprovider"],
        env={**inherited, "BROADSHEET_TEST_ISSUER": issuer},
        capture_output=True,
        text=True,
        timeout=300,
        cwd=HERE.parents[1],
        check=False,
    )

    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
