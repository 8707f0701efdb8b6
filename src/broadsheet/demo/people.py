"""The demo's staff and the one-time links that let a visitor in as one of them."""

from __future__ import annotations

from django.contrib.auth.models import Group

from broadsheet.newsroom.roles import Role
from broadsheet.readers.models import User
from broadsheet.readers.services import entry_path

from .roles import EDITOR

STAFF = (
    ("Owner", "owner@courier.example", "", ()),
    ("Editor-in-chief", EDITOR, "Nadia Vel", (Role.EDITOR_IN_CHIEF,)),
    (
        "Desk editor",
        "desk@courier.example",
        "Leyla Orhan",
        (Role.DESK_EDITOR, "Nation: desk", "Nation: reporters"),
    ),
    ("Reporter", "reporter@courier.example", "Jana Petrak", (Role.REPORTER, "Nation: reporters")),
    ("Photo editor", "photo@courier.example", "Timur Asan", (Role.PHOTO_EDITOR,)),
    ("Translator", "translator@courier.example", "Aysel Nurova", (Role.TRANSLATOR,)),
    ("Circulation", "circulation@courier.example", "Rena Sadiq", (Role.CIRCULATION,)),
)


def hire() -> None:
    """Make the staff; nobody has a password."""
    for role, email, name, groups in STAFF:
        first, _, last = name.partition(" ")
        if role == "Owner":
            User.objects.create_superuser(email, first_name="The", last_name="Owner")
            continue
        user = User.objects.create_user(email, first_name=first, last_name=last)
        user.groups.set(Group.objects.filter(name__in=[str(group) for group in groups]))


def entry_links() -> list[tuple[str, str]]:
    """(role, path) for each of the staff; a path works once."""
    found = {user.email: user for user in User.objects.filter(email__in=[email for _, email, _, _ in STAFF])}
    return [(role, entry_path(found[email])) for role, email, _, _ in STAFF if email in found]
