"""Pages of `annotate`, opened from file:// in Chromium as it comes with Debian."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artifact.annotate.annotation import Annotation, annotated
from artifact.annotate.labels import Labelers, labelers
from artifact.annotate.page import page
from artifact.store.paths import STUDY
from artifact.trace.series import Trace

CHROMIUM = os.environ.get("CHROMIUM", "chromium")
DAY, START_US = 86_400, 1_729_555_200_000_000  # 2024-10-22 00:00:00


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="`make browser` has an environment of its own for it")
    executable = shutil.which(CHROMIUM)
    if not executable:
        pytest.skip(f"no {CHROMIUM} here")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, chromium_sandbox=False)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def asked() -> Labelers:
    return labelers(("blind",), STUDY, Path("no results"))


def a_day(name: str = "home.log", series: str = "") -> Trace:
    """A day at 1 Hz: slower evenings, spikes, outages, slower blocks, single losses, a gap of half an hour."""
    rng, at = np.random.default_rng(3), np.arange(DAY)
    rtt = 10 + rng.gamma(2, 0.3, DAY)
    spikes = rng.random(DAY) < 0.002
    rtt[spikes] += rng.uniform(20, 120, spikes.sum())
    for begin, length, more in ((15_000, 300, 8), (42_000, 900, 5), (60_000, 200, 15)):
        rtt[begin : begin + length] += more
    rtt_us = np.rint(1_000 * rtt).astype(np.int64)
    for begin, length in ((9_000, 40), (30_000, 700), (50_000, 5)):
        rtt_us[begin : begin + length] = 0
    rtt_us[rng.random(DAY) < 0.0008] = 0
    sent_us = START_US + (at + 1_800 * (at >= 70_000)) * 1_000_000
    return Trace(rtt_us, name, "made", "0" * 64, series=series, sent_us=sent_us)


@pytest.fixture(scope="session")
def day(asked: Labelers) -> Annotation:
    return annotated(a_day(), asked)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory, asked: Labelers) -> Callable[..., Path]:
    """Write a page of some annotated series."""

    def write(*annotations: Annotation) -> Path:
        path = tmp_path_factory.mktemp("page") / "page.html"
        nothing: dict[str, list[Any]] = {of.trace.series: [] for of in annotations}
        path.write_text(page(annotations[0].trace.name, annotations, asked, None, nothing), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def day_page(day: Annotation, written: Callable[..., Path]) -> Path:
    return written(day)


@dataclass
class Opened:
    """An open page, and what it asked for and complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def view(self) -> tuple[float, float]:
        """What the chart shows, in seconds since the day began."""
        self.page.wait_for_timeout(60)  # drawn with the next frame
        begin, end = self.page.evaluate("annotation.view")
        return begin - START_US / 1e6, end - START_US / 1e6

    def at(self, share: float, of: str = "#plot .u-over") -> tuple[float, float]:
        """Return where a share of the width of something lies on the screen."""
        box = self.page.locator(of).bounding_box()
        return box["x"] + share * box["width"], box["y"] + box["height"] / 2

    def drag(self, begin: float, end: float, of: str = "#plot .u-over") -> None:
        """Drag over something from one share of its width to another."""
        self.page.locator(of).scroll_into_view_if_needed()
        self.page.mouse.move(*self.at(begin, of))
        self.page.mouse.down()
        self.page.mouse.move(*self.at((begin + end) / 2, of))
        self.page.mouse.move(*self.at(end, of))
        self.page.mouse.up()


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Opened]]:
    """Open a page with a window of its own; afterwards nobody has complained, and nothing was asked for."""
    contexts: list[Any] = []
    made: list[Opened] = []

    def open_page(path: Path, **options: Any) -> Opened:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 1000}, **options})
        contexts.append(context)
        one = Opened(context.new_page())
        made.append(one)
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.on("console", lambda message: one.complaints.append(message.text))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on("dialog", lambda dialog: (one.complaints.append(dialog.message), dialog.dismiss()))
        one.page.goto(path.as_uri())
        one.page.wait_for_selector("body[data-ready]")
        return one

    yield open_page
    for one in made:
        assert one.complaints == []
        assert [url for url in one.requests if not url.startswith(("file://", "blob:"))] == []
        assert len([url for url in one.requests if url.startswith("file://")]) == 1
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures of the page are kept."""
    folder = Path(os.environ.get("RESULTS", "results")) / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
