"""Who may do what: six roles, and two groups for each section.

A role gives access to the newsroom and its libraries; a section's groups say where one writes and where one publishes.
A reporter of the nation desk is in `Reporter` and `Nation: reporters`. Made by `init`; running it again mends what is
missing and takes nothing away.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from .models import FrontPage, Section


class Role(StrEnum):
    """The names of the groups."""

    REPORTER = "Reporter"
    DESK_EDITOR = "Desk editor"
    EDITOR_IN_CHIEF = "Editor-in-chief"
    PHOTO_EDITOR = "Photo editor"
    TRANSLATOR = "Translator"
    CIRCULATION = "Circulation"


# Wagtail gives rights on its own image and media models, whatever model stands in for them.
ACCESS = "wagtailadmin.access_admin"
CHOOSE = ("wagtailimages.choose_image", "wagtaildocs.choose_document")
PICTURES = (
    "wagtailimages.add_image",
    "pictures.change_picture",
    "wagtaildocs.add_document",
    "wagtaildocs.change_document",
)
CLIPS = ("wagtailmedia.add_media", "wagtailmedia.change_media")
FILING = ("newsroom.add_topic", "newsroom.change_topic", "newsroom.add_author", "newsroom.change_author")
# The wires are another app's; a role only names what may be done there.
WIRES = tuple(
    f"intake.{act}_{model}"
    for model in ("wiresource", "wirerule")
    for act in ("add", "change", "delete", "view")
)
# As the wires: receivers and settings of the channels out.
SYNDICATION = (
    *(
        f"syndication.{act}_{model}"
        for model in ("shareaccount", "blockeddomain", "webhook", "apikey", "partner")
        for act in ("add", "change", "delete", "view")
    ),
    # Other servers keep an account for ever: it is switched off, not deleted.
    *(f"syndication.{act}_actor" for act in ("add", "change", "view")),
)
MODERATING = ("syndication.change_reply",)
TRANSLATING = ("wagtail_localize.submit_translation",)
SELLING = (
    *(
        f"subscriptions.{act}_{model}"
        for model in ("plan", "promotioncode", "taxrate", "group", "seat", "grant")
        for act in ("add", "change", "delete", "view")
    ),
    *(
        f"subscriptions.view_{model}"
        for model in ("invoice", "gift", "donation", "notice", "departure", "reconciliation")
    ),
    "subscriptions.view_subscription",
    "subscriptions.change_subscription",
    "subscriptions.export_subscription",
    "subscriptions.change_seller",
    "syndication.change_machineterms",
    "syndication.change_tradeterms",
)
MODEL_PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.REPORTER: (ACCESS, "wagtailimages.add_image", *CHOOSE),
    Role.DESK_EDITOR: (ACCESS, *CHOOSE, *PICTURES, *CLIPS, *FILING, *WIRES, *MODERATING),
    Role.EDITOR_IN_CHIEF: (
        ACCESS, *CHOOSE, *PICTURES, *CLIPS, *FILING, *WIRES, *SYNDICATION, *MODERATING, *TRANSLATING,
        "wagtailimages.delete_image", "wagtailmedia.delete_media", "newsroom.delete_topic", "newsroom.delete_author",
        "wagtailredirects.add_redirect", "wagtailredirects.change_redirect", "wagtailredirects.delete_redirect",
        "readers.add_user", "readers.change_user", "syndication.change_machineterms", "syndication.change_tradeterms",
    ),
    Role.PHOTO_EDITOR: (ACCESS, *CHOOSE, *PICTURES, *CLIPS, "wagtailimages.delete_image", "wagtailmedia.delete_media"),
    Role.TRANSLATOR: (ACCESS, *CHOOSE, *TRANSLATING),
    Role.CIRCULATION: (ACCESS, *SELLING),
}  # fmt: skip
COLLECTION_PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.REPORTER: ("add", "choose"),
    Role.DESK_EDITOR: ("add", "change", "choose"),
    Role.EDITOR_IN_CHIEF: ("add", "change", "choose", "delete"),
    Role.PHOTO_EDITOR: ("add", "change", "choose", "delete"),
    Role.TRANSLATOR: ("choose",),
    Role.CIRCULATION: (),
}
EVERYTHING = ("add", "change", "publish", "bulk_delete", "lock", "unlock")
WRITING = ("add",)
EDITING = ("add", "change", "publish", "lock", "unlock")


@transaction.atomic
def install_roles(fronts: Iterable[FrontPage]) -> None:
    """Make the roles, each section's groups and the approval workflow of these front pages."""
    groups = {role: Group.objects.get_or_create(name=role.value)[0] for role in Role}
    for role, group in groups.items():
        _give(group, MODEL_PERMISSIONS[role])
        _give_collection(group, COLLECTION_PERMISSIONS[role])
    for front in fronts:
        _give_page(groups[Role.EDITOR_IN_CHIEF], front, EVERYTHING)
        _give_page(groups[Role.TRANSLATOR], front, ("change",))
        for section in Section.objects.child_of(front):
            install_section(section)
    workflow = _workflow(groups[Role.DESK_EDITOR], groups[Role.EDITOR_IN_CHIEF])
    for front in fronts:
        WorkflowPage.objects.get_or_create(
            page=Page.objects.get(pk=front.pk), defaults={"workflow": workflow}
        )


@transaction.atomic
def install_section(section: Section) -> None:
    """A section's two groups: those who write for it and those who publish it. Photo editors may add galleries."""
    for name, permissions in (
        (section_group(section, "reporters"), WRITING),
        (section_group(section, "desk"), EDITING),
    ):
        _give_page(Group.objects.get_or_create(name=name)[0], section, permissions)
    _give_page(Group.objects.get_or_create(name=Role.PHOTO_EDITOR.value)[0], section, ("add",))


def section_group(section: Section, kind: str) -> str:
    """`Nation: desk`; other languages carry their code: `Ölkə (az): desk`."""
    language = section.locale.language_code
    first = (
        section.locale
        == Section.objects.filter(translation_key=section.translation_key).order_by("pk")[0].locale
    )
    return f"{section.title}{'' if first else f' ({language})'}: {kind}"


def _give(group: Group, names: Iterable[str]) -> None:
    wanted = Q(pk__in=[])
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    group.permissions.add(*Permission.objects.filter(wanted))


def _give_collection(group: Group, kinds: Iterable[str]) -> None:
    root = Collection.get_first_root_node()
    for kind in kinds:
        for model, app in (
            ("image", "wagtailimages"),
            ("document", "wagtaildocs"),
            ("media", "wagtailmedia"),
        ):
            permission = Permission.objects.filter(
                content_type__app_label=app, codename=f"{kind}_{model}"
            ).first()
            if permission:
                GroupCollectionPermission.objects.get_or_create(
                    group=group, collection=root, permission=permission
                )


def _give_page(group: Group, page: Page, kinds: Iterable[str]) -> None:
    for kind in kinds:
        permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{kind}_page")
        GroupPagePermission.objects.get_or_create(group=group, page_id=page.pk, permission=permission)


def _workflow(desk: Group, chief: Group) -> Workflow:
    workflow, _ = Workflow.objects.get_or_create(name="Desk approval", defaults={"active": True})
    task, made = GroupApprovalTask.objects.get_or_create(name="Desk approval")
    if made:
        task.groups.set([desk, chief])
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task, defaults={"sort_order": 0})
    return workflow
