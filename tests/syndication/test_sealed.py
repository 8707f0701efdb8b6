"""A sealed text is readable to the paper alone, and survives a change of its key."""

from broadsheet.syndication.sealed import SealedField, seal, unseal


def test_sealed_and_unsealed(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "one", []
    sealed = seal("a token of gold")
    assert "gold" not in sealed
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "two", ["one"]
    assert unseal(sealed) == "a token of gold"
    settings.SECRET_KEY_FALLBACKS = []
    assert unseal(sealed) == ""


def test_the_database_never_sees_it(settings):
    field = SealedField()
    stored = field.get_prep_value("a token of gold")
    assert "gold" not in stored
    assert field.from_db_value(stored) == "a token of gold"
    assert field.get_prep_value("") == ""
