"""A translator's journey through wagtail-localize: from a published story to its twin in another language."""

import pytest
from wagtail_localize.models import StringSegment, Translation

from broadsheet.newsroom.models import Story
from broadsheet.readers.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client, db):
    user = User.objects.create_superuser(email="chief@paper.example", password=None)
    client.force_login(user)
    return user


def test_a_translated_story_is_on_the_site_and_the_switch_finds_it(
    client, chief, paper, django_capture_on_commit_callbacks
):
    story = paper.story("The wall held", body=[("text", "<p>First words.</p><p>More words.</p>")])
    azeri = paper.fronts["az"].locale

    asked = client.post(f"/newsroom/localize/submit/page/{story.pk}/", {"locales": [azeri.pk]})
    assert asked.status_code == 302
    translation = Translation.objects.get(source__object_id=story.translation_key, target_locale=azeri)
    segments = StringSegment.objects.filter(source=translation.source)
    words = {s.string.data: s for s in segments}
    for source, target in (("The wall held", "Divar dayandı"), ("First words.", "İlk sözlər.")):
        said = client.put(
            f"/newsroom/localize/translate/{translation.pk}/strings/{words[source].pk}/edit/",
            f"value={target}",
            content_type="application/x-www-form-urlencoded",
        )
        assert said.status_code in (200, 201)
    twin = Story.objects.get(translation_key=story.translation_key, locale=azeri)
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(f"/newsroom/pages/{twin.pk}/edit/", {"action": "publish"})

    assert done.status_code == 302
    twin.refresh_from_db()
    assert (twin.live, twin.title, twin.language) == (True, "Divar dayandı", "az")
    client.logout()
    page = client.get(f"/az/nation/{twin.slug}/").content.decode()
    assert "İlk sözlər." in page
    assert f'href="/az/nation/{twin.slug}/"' in client.get(f"/nation/{story.slug}/").content.decode()


def test_an_editor_reads_the_newsroom_in_azerbaijani(client, chief, paper):
    from wagtail.users.models import UserProfile

    profile = UserProfile.get_for_user(chief)
    profile.preferred_language = "az"
    profile.save()
    story = paper.story("The wall held")

    page = client.get(f"/newsroom/pages/{story.pk}/edit/").content.decode()

    assert all(word in page for word in ("Qaralamanı saxla", "Rubrika", "Alt başlıq", "Görünürlük"))
