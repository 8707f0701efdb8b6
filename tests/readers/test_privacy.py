"""One's own data, taken along and erased."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.readers import privacy, stories
from broadsheet.readers.models import Erasure, User

pytestmark = pytest.mark.django_db


def person():
    return User.objects.get(email="reader@paper.example")


def test_an_export_holds_all_of_ours_and_nothing_of_anybody_else(paper, enter, monkeypatch):
    client, other = enter(), enter("other@paper.example")
    stories.save(person(), paper.story("Mine").pk)
    stories.save(User.objects.get(email="other@paper.example"), paper.story("Not mine").pk)
    monkeypatch.setattr(privacy, "_exporters", dict(privacy._exporters))
    privacy.register_exporter(
        privacy.Exporter("plan", "Plan", lambda user: [{"plan": "monthly", "reader": user.pk}])
    )

    answer = client.post("/account/export/")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    data = json.loads(archive.read("account.json"))
    page = archive.read("account.html").decode()

    assert answer.headers["Content-Type"] == "application/zip"
    assert data["readers"]["account"]["e-mail"] == "reader@paper.example"
    assert [row["headline"] for row in data["readers"]["saved stories"]] == ["Mine"]
    assert len(data["readers"]["devices"]) == 1
    assert data["plan"] == [{"plan": "monthly", "reader": person().pk}]
    for text in (page, json.dumps(data)):
        assert "Mine" in text
        assert "other@" not in text
        assert "Not mine" not in text
    assert other.get("/account/").status_code == 200


def test_deletion_signs_out_at_once_waits_and_can_be_taken_back(paper, enter):
    client, there = enter(), enter()

    page = client.post("/account/delete/")

    assert "about to be deleted" in page.text
    assert there.post("/account/renew").status_code == 401
    assert privacy.erase_due() == 0
    back = enter()
    assert "Keep my account" in back.get("/account/").text
    back.post("/account/keep/")
    assert not Erasure.objects.exists()


def test_after_the_wait_nothing_of_the_person_is_left(paper, enter):
    client = enter()
    user = person()
    stories.save(user, paper.story().pk)
    client.post("/account/delete/")
    Erasure.objects.update(due_at=timezone.now())

    assert privacy.erase_due() == 1

    user.refresh_from_db()
    assert "reader@" not in json.dumps(privacy.own_data(user), default=str)
    assert not user.is_active
    assert not user.saved_stories.exists()
    assert privacy.erase_due() == 0
    assert enter().get("/account/").status_code == 200
    assert person().pk != user.pk


def test_an_erasure_that_was_cut_short_is_finished_and_repeating_it_changes_nothing(
    paper, enter, monkeypatch
):
    enter().post("/account/delete/")
    Erasure.objects.update(due_at=timezone.now())
    calls = []
    monkeypatch.setattr(privacy, "_erasers", {})

    def dies_first(user):
        calls.append(user.pk)
        if len(calls) == 1:
            raise KeyboardInterrupt

    privacy.register_eraser(privacy.Eraser("plan", dies_first, "Invoices stay for ten years."))
    with pytest.raises(KeyboardInterrupt):
        privacy.erase_due()
    assert person().is_active

    assert privacy.erase_due() == 1
    first = list(User.objects.values("email", "is_active", "session_epoch"))
    assert privacy.erase_due() == 0
    privacy.erase(Erasure.objects.get())
    again = list(User.objects.values("email", "is_active", "session_epoch"))
    assert [row["email"] for row in first] == [row["email"] for row in again]
    assert len(calls) == 3


def test_one_app_s_failure_keeps_no_other_reader_waiting(paper, enter, monkeypatch):
    for email in ("a@paper.example", "b@paper.example"):
        enter(email).post("/account/delete/")
    Erasure.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    monkeypatch.setattr(privacy, "_erasers", {})

    def fails_for_a(user):
        if user.email.startswith("a@"):
            raise RuntimeError("not now")

    privacy.register_eraser(privacy.Eraser("plan", fails_for_a))

    assert privacy.erase_due() == 1
    assert Erasure.objects.filter(done_at=None).get().user.email == "a@paper.example"


def test_the_page_says_what_the_law_keeps(paper, enter, monkeypatch):
    monkeypatch.setattr(privacy, "_erasers", {})
    privacy.register_eraser(privacy.Eraser("plan", lambda user: None, "Invoices stay for ten years."))

    assert "Invoices stay for ten years." in enter().get("/account/delete/").text


def test_staff_cannot_vanish_from_the_newsroom(paper):
    chief = User.objects.create_superuser("chief@paper.example")
    client = Client()
    from broadsheet.readers.services import entry_path

    client.post(entry_path(chief))

    page = client.post("/account/delete/")

    assert page.status_code == 409
    assert not Erasure.objects.exists()
