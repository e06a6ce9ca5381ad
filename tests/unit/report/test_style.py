"""What all pictures share: their bytes, their weight, their light."""

from __future__ import annotations

import re
from xml.etree.ElementTree import fromstring

import pytest

from artifact.report.figures import style
from artifact.report.figures.style import NIGHT, drawing, svg


def drawn(says: str = "a", *, themed: bool = True) -> str:
    with drawing(2, 1) as figure:
        axes = figure.add_axes((0.3, 0.3, 0.6, 0.5))
        axes.plot([0, 1 / 3, 1], [0, 1 / 7, 1], color="#332288")
        axes.set_title(says)
        return svg(figure, themed=themed)


def test_it_is_well_formed_and_the_same_twice() -> None:
    text = drawn()
    fromstring(text)  # noqa: S314 (our own)
    assert text == drawn()


def test_what_a_thing_is_called_may_hold_dollar_signs_and_markup() -> None:
    fromstring(drawn("$\\frac{$ <script>&"))  # noqa: S314 (our own)


def test_every_colour_has_a_value_by_day_and_by_night() -> None:
    text = drawn()
    used = set(re.findall(r"var\(--c([0-9a-f]{6}),#\1\)", text))
    assert {"332288", "333333", "ffffff"} <= used
    by_day, by_night = re.findall(r"svg{(.*?)}", text)
    for colour in used:
        assert f"--c{colour}:#{colour};" in by_day
        assert f"--c{colour}:#" in by_night
    assert not re.search(r'style="[^"]*: #', text)
    assert f"--cffffff:#{style._hex(NIGHT)};" in by_night


@pytest.mark.parametrize("colour", ["332288", "882255", "000000", "333333", "8c564b", "0b5cad", "b35900", "2ca02c"])
def test_what_is_drawn_stands_out_from_the_dark_ground(colour: str) -> None:
    dark = style._dark(colour)
    rgb = (int(dark[:2], 16), int(dark[2:4], 16), int(dark[4:], 16))
    assert style._contrast(rgb, NIGHT) >= 3


def test_contrast_is_that_of_wcag() -> None:
    assert style._contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert style._contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_no_digit_is_kept_that_no_eye_sees_and_no_glyph_is_scaled_otherwise() -> None:
    text = drawn()
    assert not re.search(r' d="[^"]*\.\d{3}', text)
    assert "scale(0.01" in text or "scale(0.1" in text
    assert "<!--" not in text
    assert re.search(r' d="M [\d.]+ [\d.]+ L ', text)


def test_a_picture_that_is_not_themed_keeps_its_colours() -> None:
    assert "var(--" not in drawn(themed=False)
