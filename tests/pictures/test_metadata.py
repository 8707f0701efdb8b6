from broadsheet.pictures.metadata import read
from tests.factories import picture_bytes


def test_the_iptc_reference_picture_fills_the_fields(corpora):
    import io

    folder = corpora / "corpora" / "photos"
    reference = next(p for p in sorted(folder.rglob("*.jp*g")) if "iptc" in p.name.lower())
    found = read(io.BytesIO(reference.read_bytes()))

    assert set(found) >= {
        "caption",
        "creator",
        "credit",
        "copyright_notice",
        "usage_terms",
        "instructions",
        "taken_at",
        "place",
    }
    assert found["creator"].startswith("Creator1")
    assert found["credit"].startswith("Credit Line")
    assert found["taken_at"].year == 2017


def test_every_real_photograph_is_read_without_failing(corpora):
    import io

    paths = [p for p in (corpora / "corpora" / "photos").rglob("*") if p.suffix.lower() in (".jpg", ".jpeg")]
    assert len(paths) > 5
    for path in paths:
        assert isinstance(read(io.BytesIO(path.read_bytes())), dict)


def test_a_file_that_is_no_picture_says_nothing():
    import io

    assert read(io.BytesIO(b"not a picture")) == {}
    assert read(io.BytesIO(picture_bytes()[:200])) == {}
