from pathlib import Path

import pytest

from broadsheet.conf import paper, social
from broadsheet.conf.database import from_url
from broadsheet.conf.django import django_settings
from broadsheet.conf.paper import BadSetting, load, setting_names
from broadsheet.conf.sqlite import is_wal_safe

GOOD = 'name = "The Post"\nsecret_key = "' + "x" * 40 + '"\n'


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "broadsheet.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_defaults_fill_what_is_not_said(tmp_path):
    made = load(folder(tmp_path, GOOD), {})

    assert (made.meter_limit, made.meter_days, made.languages, made.time_zone) == (3, 30, ("en",), "UTC")


def test_the_environment_wins(tmp_path):
    made = load(folder(tmp_path, GOOD), {"BROADSHEET_METER_LIMIT": "7", "BROADSHEET_LANGUAGES": "az, ru"})

    assert (made.meter_limit, made.languages) == (7, ("az", "ru"))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("name = ", "not valid TOML"),
        ('name = "x"', "'secret_key' is missing"),
        (GOOD + "meter_limt = 4", "unknown setting 'meter_limt'"),
        (GOOD + 'meter_limit = "four"', "is not int"),
        (GOOD + 'time_zone = "Mars/Olympus"', "unknown time_zone"),
        (GOOD + 'languages = ["xx"]', "unknown language 'xx'"),
        (GOOD + 'base_url = "paper.example"', "not an http(s) address"),
        ('name = "x"\nsecret_key = "short"', "too short"),
        (GOOD + "meter_days = 0", "too small"),
    ],
)
def test_a_bad_setting_is_one_line_that_says_what_where_and_how(tmp_path, text, part):
    with pytest.raises(BadSetting) as caught:
        load(folder(tmp_path, text), {})

    assert part in str(caught.value)
    assert str(caught.value).count(" — ") == 2
    assert "\n" not in str(caught.value).strip()


def test_a_missing_paper_says_how_to_make_one(tmp_path):
    with pytest.raises(BadSetting, match="broadsheet init"):
        load(tmp_path / "nowhere", {})


def test_no_secret_is_ever_shown(tmp_path):
    made = load(folder(tmp_path, GOOD + 'database_url = "postgres://u:hunter2@db/x"'), {})

    assert "hunter2" not in repr(made)
    assert "xxxx" not in repr(made)


def test_postgres_addresses_are_read_with_their_odd_letters(tmp_path):
    made = from_url("postgres://us%40er:p%2Fw@db.example:6432/na%20me?sslmode=require", tmp_path)

    assert (made["USER"], made["PASSWORD"], made["NAME"], made["PORT"]) == ("us@er", "p/w", "na me", "6432")
    assert made["OPTIONS"] == {"sslmode": "require"}


def test_other_databases_are_refused(tmp_path):
    with pytest.raises(BadSetting):
        from_url("mysql://x/y", tmp_path)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 50, 7), True),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 53, 4), True),
    ],
)
def test_the_sqlite_versions_with_the_wal_bug_are_known(version, safe):
    assert is_wal_safe(version) is safe


def test_we_run_on_a_sound_sqlite():
    import sqlite3

    assert is_wal_safe(sqlite3.sqlite_version_info)


def test_what_the_old_key_signed_still_counts_and_the_new_one_signs(tmp_path):
    before = load(folder(tmp_path, GOOD), {})
    after = load(
        tmp_path, {"BROADSHEET_SECRET_KEY": "y" * 40, "BROADSHEET_OLD_SECRET_KEY": before.secret_key}
    )

    assert after.reader_keys[1] == before.reader_keys[0] != after.reader_keys[0]
    assert after.edge_keys[1] == before.edge_keys[0]
    assert not {*after.edge_keys} & {*after.reader_keys}


@pytest.mark.parametrize("name", setting_names())
def test_every_setting_is_documented(name):
    docs = Path(paper.__file__).parents[3] / "docs" / "reference" / "settings.md"

    assert f"`{name}`" in docs.read_text(encoding="utf-8")


def test_a_provider_is_read_from_file_and_environment_and_its_secret_is_not_shown(tmp_path):
    told = f'{GOOD}\nsocial_providers = ["google"]\nsocial_google_id = "paper"\n'
    found = load(folder(tmp_path, told), {"BROADSHEET_SOCIAL_GOOGLE_SECRET": "hush-hush"})
    (google,) = social.providers(found)

    assert (google.issuer, google.client_id, google.title) == (
        "https://accounts.google.com",
        "paper",
        "Google",
    )
    assert google.client_secret == "hush-hush"
    assert "hush-hush" not in repr(found) + repr(google)
    assert set(social.APPS) <= set(django_settings(found)["INSTALLED_APPS"])


def test_without_providers_nothing_of_them_is_set(tmp_path):
    found = django_settings(load(folder(tmp_path, GOOD), {}))

    assert not set(social.APPS) & set(found["INSTALLED_APPS"])
    assert not [name for name in found if name.startswith("SOCIAL")]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('social_providers = ["google"]', "'social_google_id' is missing"),
        ('social_providers = ["google"]\nsocial_google_id = "x"', "'social_google_secret' is missing"),
        (
            'social_providers = ["club"]\nsocial_club_id = "x"\nsocial_club_secret = "y"',
            "'social_club_issuer'",
        ),
        ('social_providers = ["a-b"]', "'a-b' can't name a provider"),
        ('social_google_id = "x"', "unknown setting 'social_google_id'"),
        ('social_providers = ["google"]\nsocial_google_key = "x"', "unknown setting 'social_google_key'"),
        (
            'social_providers = ["club"]\nsocial_club_id = "x"\nsocial_club_secret = "y"\n'
            'social_club_issuer = "http://id.club.example"',
            "is not an https address",
        ),
    ],
)
def test_a_provider_that_could_not_work_is_refused_with_a_line(tmp_path, lines, said):
    with pytest.raises(BadSetting, match=said):
        social.providers(load(folder(tmp_path, f"{GOOD}\n{lines}\n"), {}))
