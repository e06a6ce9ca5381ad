"""The page as a file: inert, whole, and true to its numbers. What it does is tried in tests/browser."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html.parser
import json
import re
import zlib

import numpy as np
import pytest

from artifact.annotate.annotation import Annotation
from artifact.annotate.labels import Labelers
from artifact.annotate.page import HERE, page
from artifact.labeling.engines import apply_columns

MARKUP = "</script><script>alert(1)</script><img src=x onerror=alert(1)>&\"'"


@pytest.fixture(scope="module")
def text(hour: Annotation, asked: Labelers) -> str:
    return page("hour.log", [hour], asked, None, {"": []})


class Tags(html.parser.HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def meta(text: str) -> dict[str, object]:
    (found,) = re.findall(r'id="meta">(.*?)</script>', text, re.DOTALL)
    return dict(json.loads(found))


def test_it_asks_for_nothing(text: str) -> None:
    tags = Tags(text).found
    assert not [of for of in tags if of[0] in ("link", "img", "iframe", "object", "embed", "base", "form")]
    assert not [of for of in tags if {"src", "style", "action"} & of[1].keys()]
    assert not [of for of in tags if any(name.startswith("on") for name in of[1])]
    assert {of["href"] for tag, of in tags if tag == "a"} == {"#events"}
    assert "@import" not in text
    assert "url(" not in text


def test_only_its_own_scripts_and_styles_may_run(text: str) -> None:
    (policy,) = [of["content"] for tag, of in Tags(text).found if of.get("http-equiv") == "Content-Security-Policy"]
    assert policy
    assert policy.startswith("default-src 'none'; ")
    for kind, pattern in {"script": r"<script>(.*?)</script>", "style": r"<style>(.*?)</style>"}.items():
        (body,) = re.findall(pattern, text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'; " in policy
    assert "unsafe" not in policy


def test_the_library_comes_with_its_licence(text: str) -> None:
    assert "Permission is hereby granted, free of charge" in text
    assert (HERE / "uPlot.iife.min.js").read_text(encoding="utf-8")[:60] in text


def test_names_from_a_log_are_inert(hour: Annotation, asked: Labelers) -> None:
    named = [
        dataclasses.replace(
            hour, trace=dataclasses.replace(hour.trace, name=MARKUP, series=f"{k}{MARKUP}"), notes=[MARKUP]
        )
        for k in (1, 2)
    ]
    text = page(MARKUP, named, asked, None, {of.trace.series: [] for of in named})
    plain = page("hour.log", [hour, hour], asked, None, {"": []})
    assert MARKUP not in text
    scripts = [of for of in Tags(text).found if of[0] in ("script", "img")]
    assert scripts == [of for of in Tags(plain).found if of[0] in ("script", "img")]
    assert meta(text)["series"][0]["name"] == f"1{MARKUP}"  # type: ignore[index]


def test_colours_from_elsewhere_are_colours(hour: Annotation, asked: Labelers, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [dataclasses.replace(task, colour="red}</style>", marker="nonsense") for task in asked.tasks]
    monkeypatch.setattr(type(asked), "tasks", property(lambda _: tasks))
    assert "red}" not in page("hour.log", [hour], asked, None, {"": []})


def test_what_it_carries_is_what_was_found(text: str, hour: Annotation, asked: Labelers) -> None:
    (series,) = meta(text)["series"]  # type: ignore[misc]
    (blob,) = re.findall(r'class="blob">(.*?)</script>', text)
    raw = zlib.decompress(base64.b64decode(blob))

    def array(name: str, kind: str) -> np.ndarray:
        offset, count = series["arrays"][name]
        assert offset % 8 == 0
        return np.frombuffer(raw, kind, count, offset)

    assert array("rtt_us", "<i4").tolist() == hour.trace.rtt_us.tolist()
    assert hour.trace.sent_us is not None
    assert np.cumsum(array("steps_us", "<f8")).astype(np.int64).tolist() == hour.trace.sent_us.tolist()
    for task in asked.tasks:
        suite = asked.suite_of(task)
        assert hour.first
        sure = hour.first.posteriors[task.name][:, 1]
        assert np.abs(array(f"p {task.name}", "u1") / 255 - sure).max() <= 0.5 / 255 + 1e-9
        votes = apply_columns(suite, hour.trace.rtt_us)
        for k, function in enumerate(suite.labeling_functions):
            cast = votes[:, k] == function.votes
            name = f"vote {task.name} {function.votes} {function.name}"
            there = (
                np.unpackbits(array(name, "u1"), bitorder="little")[: len(cast)] if name in series["arrays"] else None
            )
            assert (there == cast).all() if there is not None else not cast.any()
    assert [row[1:3] for row in series["events"]] == [[event.begin, event.end] for event in hour.events]


def test_the_same_log_makes_the_same_bytes(text: str, hour: Annotation, asked: Labelers) -> None:
    assert page("hour.log", [hour], asked, None, {"": []}) == text
