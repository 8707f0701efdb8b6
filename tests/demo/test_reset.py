import sqlite3

from broadsheet.conf.paper import Paper
from broadsheet.demo import keeping
from broadsheet.demo.keeping import keep_copy


def test_what_the_reset_goes_back_to_has_the_newest_commits_too(tmp_path):
    writer = sqlite3.connect(tmp_path / "live.sqlite3")
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE story (headline TEXT)")
    writer.commit()
    writer.execute("INSERT INTO story VALUES ('Newest')")
    writer.commit()

    keep_copy(tmp_path / "live.sqlite3", tmp_path / "copy.sqlite3")

    assert sqlite3.connect(tmp_path / "copy.sqlite3").execute("SELECT headline FROM story").fetchall() == [
        ("Newest",)
    ]


def test_a_reset_brings_back_rows_and_pictures_and_throws_the_mail_away(tmp_path):
    (tmp_path / "media" / "pictures").mkdir(parents=True)
    (tmp_path / "outbox").mkdir()
    picture = tmp_path / "media" / "pictures" / "lead.avif"
    picture.write_bytes(b"a picture")
    live = sqlite3.connect(tmp_path / "broadsheet.sqlite3")
    live.execute("CREATE TABLE story (headline TEXT)")
    live.execute("INSERT INTO story VALUES ('As built')")
    live.commit()
    keeping.keep(tmp_path)
    live.execute("UPDATE story SET headline = 'Changed'")
    live.commit()
    picture.unlink()
    (tmp_path / "outbox" / "1.log").write_text("Subject: hello")

    keeping.put_back(tmp_path, live)

    assert live.execute("SELECT headline FROM story").fetchall() == [("As built",)]
    assert picture.read_bytes() == b"a picture"
    assert list((tmp_path / "outbox").iterdir()) == []


def test_a_sandbox_that_is_away_does_not_stop_a_reset(tmp_path):
    paper = Paper(
        folder=tmp_path,
        name="Paper",
        secret_key="k" * 40,
        gateway="sandbox",
        gateway_api_base="http://127.0.0.1:1",
    )

    keeping.empty_sandbox(paper)
