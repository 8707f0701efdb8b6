import sqlite3

from broadsheet.demo.build import keep_copy


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
