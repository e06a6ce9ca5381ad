"""The page does what it says: zoom, brush, jump, hover, correct, export; by mouse, by finger, by keys."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import DAY, Opened, a_day

from artifact.annotate.annotation import Annotation, annotated
from artifact.annotate.events import in_words
from artifact.annotate.hand import read_by_hand
from artifact.annotate.labels import Labelers
from artifact.annotate.moments import lasting
from artifact.labeling.engines import apply_columns

Open = Callable[..., Opened]
MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
LAST = DAY + 1_800


def near(found: tuple[float, float], wanted: tuple[float, float], within: float) -> bool:
    return all(abs(one - other) <= within for one, other in zip(found, wanted, strict=True))


def test_it_opens_with_the_whole_log(opened: Open, day_page: Path) -> None:
    one = opened(day_page)
    assert one.view == (0, LAST)
    assert one.page.locator("#span").inner_text() == "24 h 30 min, 86,400 pings"


def test_the_wheel_zooms_where_the_pointer_is(opened: Open, day_page: Path) -> None:
    one = opened(day_page)
    one.page.mouse.move(*one.at(0.25))
    one.page.mouse.wheel(0, -100)
    begin, end = one.view
    assert end - begin == pytest.approx(LAST * np.exp(-0.25), rel=0.01)
    assert (0.25 * LAST - begin) / (end - begin) == pytest.approx(0.25, abs=0.005)
    one.page.mouse.wheel(100, 0)
    assert one.view[0] > begin + 100
    one.page.mouse.dblclick(*one.at(0.5))
    assert one.view == (0, LAST)


def test_a_brush_over_the_chart_zooms_into_it(opened: Open, day_page: Path) -> None:
    one = opened(day_page)
    one.drag(0.5, 0.6)
    assert near(one.view, (0.5 * LAST, 0.6 * LAST), 200)


def test_it_moves_when_asked_to(opened: Open, day_page: Path) -> None:
    one = opened(day_page)
    one.drag(0.4, 0.6)
    begin, end = one.view
    one.page.get_by_text("Move", exact=True).click()
    one.drag(0.5, 0.25)
    assert near(one.view, (begin + (end - begin) / 4, end + (end - begin) / 4), 100)
    one.page.get_by_role("button", name="Earlier").click()
    assert near(one.view, (begin - (end - begin) / 4, end - (end - begin) / 4), 100)


def test_the_strip_below_brushes_moves_and_widens(opened: Open, day_page: Path) -> None:
    one = opened(day_page)
    strip = "#overview"
    one.drag(0.2, 0.4, strip)
    assert near(one.view, (0.2 * LAST, 0.4 * LAST), 300)
    one.drag(0.3, 0.5, strip)
    assert near(one.view, (0.4 * LAST, 0.6 * LAST), 300)
    one.drag(0.6, 0.8, strip)
    assert near(one.view, (0.4 * LAST, 0.8 * LAST), 300)
    one.drag(0.9, 0.95, strip)
    assert near(one.view, (0.9 * LAST, 0.95 * LAST), 300)


def test_keys_do_the_same(opened: Open, day_page: Path) -> None:
    one = opened(day_page)
    one.page.locator("#plot").focus()
    one.page.keyboard.press("+")
    assert near(one.view, (LAST / 4, 3 * LAST / 4), 1)
    one.page.keyboard.press("ArrowRight")
    assert near(one.view, (LAST * 0.3, LAST * 0.8), 1)
    one.page.keyboard.press("Home")
    assert near(one.view, (0, LAST / 2), 1)
    one.page.keyboard.press("End")
    assert near(one.view, (LAST / 2, LAST), 1)
    one.page.keyboard.press("0")
    assert one.view == (0, LAST)
    one.page.keyboard.press("]")
    one.page.keyboard.press("]")
    assert one.page.locator("#live").inner_text().startswith("Ping 3, 2024-10-22 00:00:02, ")


def test_no_view_leaves_the_log(opened: Open, day_page: Path) -> None:
    one = opened(day_page)
    one.page.evaluate("annotation.show(annotation.view[0] - 5000, annotation.view[0] + 1000)")
    assert near(one.view, (0, 6_000), 1)
    one.page.evaluate("annotation.show(annotation.view[0] + 10, annotation.view[0] + 10.1)")
    begin, end = one.view
    assert end - begin == pytest.approx(4)


def test_two_fingers_zoom_and_one_moves(opened: Open, day_page: Path) -> None:
    one = opened(day_page, viewport={"width": 390, "height": 844}, has_touch=True)
    one.page.locator("#plot").scroll_into_view_if_needed()
    touch = """([type, id, share]) => { const over = document.querySelector('#plot .u-over');
      const box = over.getBoundingClientRect();
      over.setPointerCapture = () => {};
      over.dispatchEvent(new PointerEvent(type, { pointerId: id, pointerType: 'touch', bubbles: true,
        clientX: box.left + share * box.width, clientY: box.top + 20 })); }"""
    steps = [("down", 1, 0.4), ("down", 2, 0.6), ("move", 1, 0.2), ("move", 2, 0.8), ("up", 1, 0.2), ("up", 2, 0.8)]
    for what, finger, share in steps:
        one.page.evaluate(touch, [f"pointer{what}", finger, share])
    begin, end = one.view
    assert end - begin == pytest.approx(LAST / 3, rel=0.02)
    for what, share in (("down", 0.5), ("move", 0.25), ("up", 0.25)):
        one.page.evaluate(touch, [f"pointer{what}", 3, share])
    assert one.view[0] - begin == pytest.approx((end - begin) / 4, rel=0.02)


@pytest.mark.parametrize(
    ("begin", "end", "columns"),
    [(0, LAST, 700), (1_000, 60_000, 997), (29_000, 31_000, 640), (0, LAST, 100)],
)
def test_thinning_keeps_every_spike(
    begin: int, end: int, columns: int, opened: Open, day_page: Path, day: Annotation
) -> None:
    """The slowest and the fastest reply of each column of pixels are drawn, in the order of time."""
    one = opened(day_page)
    one.page.evaluate(f"annotation.show(annotation.view[0] + {begin}, annotation.view[0] + {end})")
    view = np.array(one.view)
    thinned = one.page.evaluate(f"annotation.thinned({columns})")
    drawn, lifted = np.array(thinned["at"]), np.array(thinned["lifted"])
    assert day.trace.sent_us is not None
    x = (day.trace.sent_us - day.trace.sent_us[0]) / 1e6
    seen = np.flatnonzero((x >= view[0]) & (x < view[1]) & (day.trace.rtt_us > 0))
    column = np.floor((x[seen] - view[0]) / (view[1] - view[0]) * columns).astype(int)
    shown = pd.Series(day.trace.rtt_us[seen]).groupby(column).agg(["min", "max"])
    of_drawn = np.floor((x[drawn] - view[0]) / (view[1] - view[0]) * columns).astype(int)
    kept = pd.Series(day.trace.rtt_us[drawn]).groupby(of_drawn).agg(["min", "max"])
    # In blocks a column's edge may lie in a block; then its neighbour has the spike.
    wide = kept["max"].rolling(3, center=True, min_periods=1).max().reindex(shown.index)
    assert (wide >= shown["max"]).all()
    assert (np.diff(drawn) > 0).all()
    assert len(drawn) <= 4 * (columns + 2)
    # No line leads over the gap.
    behind = np.searchsorted(drawn, 70_000)
    if begin < 70_000 < end:
        assert lifted[behind] == 1
    if len(seen) < 128 * columns:
        assert kept.equals(shown)


def test_a_spike_is_seen(opened: Open, day_page: Path, day: Annotation) -> None:
    """The slowest of 86,400 pings has ink near the top of the chart."""
    one = opened(day_page)
    slowest = int(np.argmax(day.trace.rtt_us))
    assert day.trace.sent_us is not None
    share = (day.trace.sent_us[slowest] - day.trace.sent_us[0]) / 1e6 / LAST
    ink = one.page.evaluate(
        """(share) => { const canvas = document.querySelector('#plot canvas');
        const over = document.querySelector('.u-over');
        const ratio = canvas.width / canvas.clientWidth; const x = (over.offsetLeft + share * over.clientWidth) * ratio;
        const y = over.offsetTop * ratio; const height = over.clientHeight * ratio;
        const data = canvas.getContext('2d').getImageData(x - 2, y, 5, height * 0.25).data;
        return data.filter((of, k) => k % 4 === 3 && of > 100).length; }""",
        share,
    )
    assert ink > 20


@pytest.mark.parametrize(
    ("low", "high", "of"),
    [
        (8.7, 681, (10, 20, 30, 50, 70, 100, 200, 300, 500)),
        (11.1, 144, (20, 30, 50, 70, 100)),
        (0.05, 12_000, (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)),
        (12.3, 14.9, (12.5, 13, 13.5, 14, 14.5)),
        (12.301, 12.3042, (12.301, 12.3015, 12.302, 12.3025, 12.303, 12.3035, 12.304)),
    ],
)
def test_round_trip_times_are_marked_at_round_numbers(
    low: float, high: float, of: tuple[float, ...], opened: Open, day_page: Path
) -> None:
    """Wherever a zoom has led: never 13.1, 23.1, 33.1."""
    one = opened(day_page)
    assert tuple(one.page.evaluate(f"annotation.ticks({low}, {high}, 275, true)")) == of
    even = one.page.evaluate(f"annotation.ticks({low}, {high}, 275, false)")
    steps = np.diff(even)
    assert 3 <= len(even) <= 10
    assert np.allclose(steps, steps[0])
    assert f"{steps[0]:.0e}"[0] in "125"


def test_what_lasts_has_a_band_that_is_seen_from_afar(opened: Open, day_page: Path) -> None:
    """An outage of 200 s is less than a pixel wide on a phone that shows a day."""
    one = opened(day_page, viewport={"width": 390, "height": 844})
    at, ink = one.page.evaluate(
        """() => { const canvas = document.querySelector('#plot canvas');
        const over = document.querySelector('.u-over'); const ratio = canvas.width / canvas.clientWidth;
        const left = over.offsetLeft * ratio; const width = over.clientWidth * ratio;
        const row = canvas.getContext('2d').getImageData(left, (over.offsetTop + 3) * ratio, width, 1).data;
        const [begin, end] = annotation.view; const at = (seconds) => (seconds / (end - begin)) * width;
        return [[30350, 25000].map(at), [...row].filter((of, k) => k % 4 === 3)]; }"""
    )
    outage, nothing = (max(ink[round(of) - 2 : round(of) + 3]) for of in at)
    assert outage > 60 > nothing


def test_the_list_is_walked_with_the_keys(opened: Open, day_page: Path, day: Annotation) -> None:
    one = opened(day_page)
    one.page.locator("#list button.go").first.focus()
    for place in (1, 2, 3):
        one.page.keyboard.press("ArrowDown")
        event = day.events[place]
        begin, end = one.view
        assert begin <= event.begin <= event.end <= end
        assert end - begin < 200 + 3 * event.pings
        assert one.page.evaluate("document.activeElement.dataset.place") == str(place)
        assert f", {place + 1} of {len(day.events)}, " in one.page.locator("#live").inner_text()
    one.page.keyboard.press("ArrowUp")
    assert one.page.evaluate("document.activeElement.dataset.place") == "2"


def test_walking_goes_on_over_the_end_of_a_page(opened: Open, day_page: Path, day: Annotation) -> None:
    assert len(day.events) > 100
    one = opened(day_page)
    one.page.locator('#list button[data-place="99"]').focus()
    one.page.keyboard.press("ArrowDown")
    assert one.page.evaluate("document.activeElement.dataset.place") == "100"
    assert one.page.locator("#page-of").inner_text().startswith("101 to ")


def test_a_click_jumps(opened: Open, day_page: Path, day: Annotation) -> None:
    one = opened(day_page)
    one.page.locator("#order").select_option("long")
    longest = max((event for event in day.events), key=lambda event: day.moments.seconds(event.begin, event.end))
    one.page.locator("#list button.go").first.click()
    begin, end = one.view
    x = lambda ping: ping + 1_800 * (ping >= 70_000)  # noqa: E731
    assert begin < x(max(longest.begin - 1, 0)) <= x(longest.end) < end


def test_the_list_says_what_was_found(opened: Open, day_page: Path, day: Annotation) -> None:
    one = opened(day_page)
    cells = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    rows = one.page.locator("#list tbody tr").evaluate_all(cells)
    assert len(rows) == 100
    words = {task.name: task.words[0] for task in day.tasks}
    for shown, event in zip(rows, day.events[:100], strict=True):
        assert shown[0] == words.get(event.what, event.what)
        assert shown[1].endswith(day.moments.said(event.begin)[11:])
        assert shown[3] == lasting(day.moments.seconds(event.begin, event.end))
        assert shown[4] == in_words(event)
    for name in ("noisy pings", "outages"):
        one.page.get_by_role("checkbox", name=name).uncheck()
    kinds = {text.strip() for text in one.page.locator("#list button.go").all_inner_texts()}
    assert kinds == {"swell", "gap"}


def test_hovering_tells_who_said_what(opened: Open, day_page: Path, day: Annotation, asked: Labelers) -> None:
    one = opened(day_page)
    noisy = next(event for event in day.events if event.what == "noise")
    one.page.evaluate(
        f"annotation.show(annotation.view[0] + {noisy.begin - 10}, annotation.view[0] + {noisy.begin + 10})"
    )
    one.page.wait_for_timeout(100)
    one.page.mouse.move(*one.at(0.5))
    head = one.page.locator("#inspector .head").inner_text()
    assert (
        head == f"{day.trace.rtt_us[noisy.begin] / 1000:g} ms ping {noisy.begin + 1:,}, {day.moments.said(noisy.begin)}"
    )
    for place, task in enumerate(asked.suite_of(task) for task in asked.tasks):
        votes = apply_columns(task, day.trace.rtt_us)[noisy.begin]
        shown = one.page.locator("#inspector .of-task").nth(place)
        for word, vote in (("for", 1), ("against", 0)):
            names = [
                of.name.removeprefix("lf_")
                for of, cast in zip(task.labeling_functions, votes, strict=True)
                if cast == vote
            ]
            assert shown.locator(f".votes.{word} code").all_inner_texts() == names
    assert "noisy ping 100 %" in one.page.locator("#inspector .of-task").first.inner_text()


def test_events_are_saved(opened: Open, day_page: Path, day: Annotation) -> None:
    one = opened(day_page)
    with one.page.expect_download() as download:
        one.page.get_by_role("button", name="Save as CSV").click()
    assert download.value.suggested_filename == "home.log.events.csv"
    rows = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    assert [(row["what"], row["how_bad"]) for row in rows] == [(event.what, in_words(event)) for event in day.events]
    outage = next(
        row for row in rows if row["what"] == "outage" and int(row["last_ping"]) - int(row["first_ping"]) > 600
    )
    assert (outage["from"], outage["to"]) == ("2024-10-22 08:20:00", "2024-10-22 08:31:40")


def test_labels_are_corrected_exported_and_taken_back(
    opened: Open, day_page: Path, day: Annotation, tmp_path: Path
) -> None:
    one = opened(day_page)
    noisy = next(event for event in day.events if event.what == "noise")
    name = f"wrong: noisy ping, {day.moments.said(noisy.begin)[11:]}"
    one.page.locator(f"[aria-label$='{name[-8:]}'][aria-label*='noisy']").first.click()
    one.page.get_by_text("Correct", exact=True).click()
    one.page.locator("#hand-task").select_option(label="swell")
    one.drag(0.1, 0.2)
    one.page.locator("#hand-first").fill("1")
    one.page.locator("#hand-last").fill("10")
    one.page.get_by_label("it is not", exact=True).check()
    one.page.get_by_role("button", name="Set").click()
    assert one.page.locator("#hand-list li").count() == 3
    one.page.locator("#hand-list button").nth(2).click()
    assert one.page.locator("#hand-list li").count() == 2
    with one.page.expect_download() as download:
        one.page.get_by_role("button", name="Export labels").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    hand = read_by_hand(path, [day.trace], [task.name for task in day.tasks])
    corrected, swell = hand.corrections(day.trace)
    assert corrected[1:5] == ("noise", noisy.begin, noisy.end - 1, 0)
    assert (swell.task, swell.label) == ("swell", 1)
    assert swell.first == pytest.approx(0.1 * LAST, abs=200)
    assert swell.last == pytest.approx(0.2 * LAST, abs=200)
    agreement = {of.task: of for of in hand.agreement(day)}
    assert {task: of.pings for task, of in agreement.items()} == dict.fromkeys(("noise", "outage", "swell"), DAY)
    assert agreement["outage"].same == 1
    assert agreement["noise"].same == pytest.approx(1 - noisy.pings / DAY)
    assert agreement["swell"].changed == swell.last - swell.first + 1


def test_it_is_as_light_or_dark_as_the_device(opened: Open, day_page: Path, pictures: Path) -> None:
    grounds = []
    for scheme in ("light", "dark"):
        one = opened(day_page, color_scheme=scheme)
        one.page.locator("#list button.go").nth(3).click()
        one.page.wait_for_timeout(100)
        one.page.screenshot(path=pictures / f"{scheme}.png", full_page=True)
        grounds.append(one.page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))
    assert grounds == ["rgb(255, 255, 255)", "rgb(23, 24, 27)"]


def test_a_phone_scrolls_in_one_direction_only(opened: Open, day_page: Path, pictures: Path) -> None:
    one = opened(day_page, viewport={"width": 360, "height": 780}, device_scale_factor=2, has_touch=True)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 360
    # How bad an event is, and the button that says that it is none, need no scrolling sideways, and are hit by a thumb.
    over = one.page.locator("#events .scroll").evaluate("of => of.scrollWidth - of.clientWidth")
    assert over <= 0
    for button in one.page.locator("#list tbody tr").nth(1).get_by_role("button").all():
        assert button.bounding_box()["height"] >= 32
    one.page.screenshot(path=pictures / "phone.png")


def test_paper_has_the_summary_and_no_tools(opened: Open, day_page: Path, pictures: Path) -> None:
    one = opened(day_page, color_scheme="dark")
    one.page.emulate_media(media="print")
    assert one.page.locator(".card").first.is_visible()
    assert one.page.locator("#list tbody tr").first.is_visible()
    for hidden in ("#modes", "#inspector", "#hand", "#keys", "#overview"):
        assert not one.page.locator(hidden).is_visible()
    assert one.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    one.page.screenshot(path=pictures / "paper.png")


@pytest.mark.parametrize(
    "options",
    [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}}],
    ids=["light", "dark", "phone"],
)
def test_axe_finds_nothing(options: dict[str, Any], opened: Open, day_page: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    one = opened(day_page, bypass_csp=True, **options)
    one.page.locator("#list button.go").nth(3).click()
    one.page.get_by_text("Correct", exact=True).click()
    one.page.locator("[aria-label^='wrong']").first.click()
    for details in one.page.locator("details > summary").all():
        details.click()
    results = axe.run(one.page).response
    assert [(of["id"], [node["html"][:120] for node in of["nodes"]]) for of in results["violations"]] == []


def test_names_from_a_log_are_inert(opened: Open, day: Annotation, written: Callable[..., Path]) -> None:
    """Whatever a host is called, no script runs and no markup appears."""
    named = [
        dataclasses.replace(
            day, trace=dataclasses.replace(day.trace, name=MARKUP, series=f"{k}{MARKUP}"), notes=[MARKUP]
        )
        for k in (1, 2)
    ]
    one = opened(written(*named))
    assert one.page.locator("h1").inner_text() == MARKUP
    assert one.page.locator("img").count() == 0
    one.page.locator("#series").select_option("1")
    one.page.wait_for_selector("body[data-ready='1']")
    assert one.page.locator(".summary h2:visible").count() == 0
    one.page.wait_for_timeout(200)


def test_series_are_changed(opened: Open, day: Annotation, asked: Labelers, written: Callable[..., Path]) -> None:
    short = a_day(series="10.0.0.2")
    short = dataclasses.replace(short, rtt_us=short.rtt_us[:2_000], sent_us=None)
    first = dataclasses.replace(day, trace=dataclasses.replace(day.trace, series="10.0.0.1"))
    one = opened(written(first, annotated(short, asked)))
    assert one.page.locator("#series option").all_inner_texts() == ["10.0.0.1 (86,400 pings)", "10.0.0.2 (2,000 pings)"]
    one.page.locator("#series").select_option("1")
    one.page.wait_for_selector("body[data-ready='1']")
    assert one.page.locator(".line:visible").inner_text().startswith("2,000 pings; the log has no times.")
    assert one.page.evaluate("annotation.view") == [1, 2_001]


@pytest.mark.parametrize("pings", ["one", "none answered", "constant"])
def test_little_is_shown_as_well(pings: str, opened: Open, asked: Labelers, written: Callable[..., Path]) -> None:
    rtt_us = {"one": [12_000], "none answered": [0] * 300, "constant": [9_000] * 300}[pings]
    for sent in (None, a_day().sent_us):
        trace = dataclasses.replace(
            a_day(), rtt_us=np.array(rtt_us), sent_us=None if sent is None else sent[: len(rtt_us)]
        )
        one = opened(written(annotated(trace, asked)))
        one.page.mouse.move(*one.at(0.5))
        one.page.mouse.wheel(0, -200)
        assert one.page.locator("#inspector .head").is_visible()
