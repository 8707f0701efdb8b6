"""Who may do what with tables that gateways and readers write: staff look, and act through views of their own."""

from __future__ import annotations

from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy

_LOOKING = {"view", "change"}


class LookOnly(ModelPermissionPolicy):
    """Whoever may view or change the model may look at it; nobody adds, changes or deletes rows by hand."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action != "view":
            return False
        return any(super(LookOnly, self).user_has_permission(user, name) for name in _LOOKING)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return "view" in actions and self.user_has_permission(user, "view")

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_permission(user, action)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        return self.user_has_any_permission(user, actions)
