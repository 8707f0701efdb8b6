"""A model field for EDTF strings: what can't be read never reaches the database."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .edtf import BadDate, parse


def validate_edtf(value: str) -> None:
    """Raises `ValidationError` for what is no EDTF date."""
    try:
        parse(value)
    except BadDate as error:
        raise ValidationError(_("%(value)s is not an EDTF date."), params={"value": value}) from error


class EdtfField(models.CharField[str, str]):
    """An EDTF date as text; empty for none. Writing anything else raises `BadDate`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 60)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)
        self.validators.append(validate_edtf)

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return parse(text).text if text else text
