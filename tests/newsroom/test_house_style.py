import pytest

from broadsheet.newsroom.house_style import Copy, remarks


@pytest.mark.parametrize(
    ("copy", "part"),
    [
        (Copy("x" * 120, "s"), "120 characters"),
        (Copy("Talks go on [PHOTO]", "s"), "label"),
        (Copy("THE WALL AT VESK HELD", "s"), "capitals"),
        (Copy("It ended.", "s"), "full stop"),
        (Copy("Good", ""), "no standfirst"),
        (Copy("Two  spaces", "s"), "double spaces"),
    ],
)
def test_each_slip_gets_its_sentence(copy, part):
    assert any(part in remark for remark in remarks(copy))


def test_clean_copy_gets_none():
    assert remarks(Copy("The wall at Vesk held", "Engineers say that luck helped.", "Text.")) == []
