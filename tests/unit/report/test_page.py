"""The page: one file, escaped, its numbers those of results.json."""

from __future__ import annotations

import html
import html.parser
import json
import re
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from artifact.errors import BadInputError
from artifact.report.figures import curve, dots
from artifact.report.page import render
from artifact.results import read_results
from artifact.store.kept import write_checked
from artifact.store.paths import CellPaths, ResultPaths

EMPTY = {"mean": None, "ci95": None, "runs": [None, None]}
CLAIM_IDS = [f"C{number}" for number in range(1, 11)]
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>&\"'"


class Page(html.parser.HTMLParser):
    """Headings, references and roles of a page, read as a browser would."""

    VOID = ("meta", "img", "br", "link", "hr", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def rendered(paths: ResultPaths, results: dict[str, Any]) -> str:
    """The page that these results make."""
    write_checked(paths.results, results)
    render(paths)
    return paths.report.read_text(encoding="utf-8")


@pytest.fixture(autouse=True, scope="module")
def drawn_once() -> Iterator[None]:
    """A picture of what a test leaves as it was is that of the test before; all of them take 5 s to draw."""

    def once(draw: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
        known: dict[str, str | None] = {}

        def drawn(of: Any) -> str | None:
            key = json.dumps(of, sort_keys=True)
            return known[key] if key in known else known.setdefault(key, draw(of))

        return drawn

    with pytest.MonkeyPatch.context() as patched:
        for module, name in ((dots, "dots"), (curve, "curve")):
            patched.setattr(module, name, once(getattr(module, name)))
        yield


def of_claim(text: str, identifier: str) -> str:
    """What the page says of one claim."""
    (shown,) = (
        of
        for of in re.findall(r'<details class="claim".*?(?=<details class="claim"|<h2 id=)', text, re.DOTALL)
        if f'<b class="id">{identifier}</b>' in of
    )
    return str(shown)


@pytest.fixture(scope="session")
def text(small_results: Path, whole: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page with everything that it can show."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(small_results, folder, dirs_exist_ok=True)
    return rendered(ResultPaths(folder), whole)


def test_it_is_well_formed(text: str) -> None:
    assert Page(text).open == []


def test_it_needs_nothing_from_anywhere(text: str) -> None:
    page = Page(text)
    assert page.all("script") == page.all("link") == page.all("iframe") == []
    for image in page.all("img"):
        assert (image["src"] or "").startswith("data:image/svg+xml,")
    for link in page.all("a"):
        assert (link["href"] or "").startswith("#")
    (policy,) = (meta["content"] for meta in page.all("meta") if meta.get("http-equiv"))
    assert "default-src 'none'" in (policy or "")
    assert "unsafe" not in (policy or "")


def test_its_style_is_the_one_that_its_policy_allows(text: str) -> None:
    import base64
    import hashlib

    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in text


def test_it_reads_well_aloud(text: str) -> None:
    page = Page(text)
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert all(len(image["alt"] or "") > 40 for image in page.all("img"))
    assert all("scope" in head for head in page.all("th"))
    assert len(page.all("table")) == len(page.all("caption"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {(link["href"] or "")[1:] for link in page.all("a")} <= set(ids)


def test_what_can_be_scrolled_can_be_reached_by_keyboard_and_has_a_name_of_its_own(text: str) -> None:
    page = Page(text)
    regions = [attributes for tag, attributes in page.tags if tag in ("div", "pre") and attributes.get("role")]
    scrolled = [of for of in page.all("div") if of.get("class") == "scroll"] + page.all("pre")
    assert scrolled and all(of.get("tabindex") == "0" for of in scrolled)
    labels = [of["aria-label"] for of in regions]
    assert len(labels) == len(set(labels))


def test_what_is_folded_has_a_summary_and_is_printed(text: str) -> None:
    page = Page(text)
    assert len(page.all("details")) == len(page.all("summary")) > len(CLAIM_IDS)
    (printed,) = re.findall(r"@media print {(.*)}", text, re.DOTALL)
    assert re.search(r"details::details-content {[^}]*content-visibility: visible", printed)


def test_it_is_dark_where_the_device_is(text: str) -> None:
    assert '<meta name="color-scheme" content="light dark">' in text
    for source in (image["src"] or "" for image in Page(text).all("img") if image.get("class") != "day"):
        assert "prefers-color-scheme" in source


def test_it_is_under_three_megabytes(text: str) -> None:
    assert len(text.encode()) < 3_000_000


def test_what_stands_comes_first_and_a_failing_claim_is_shown_as_failing(text: str) -> None:
    places = [
        text.index(f'id="{name}"') for name in ("falls", "claims", "seen", "choices", "audit", "table1", "figures")
    ]
    assert places == sorted(places)
    assert "not reproduced</span>" in of_claim(text, "C8")


@pytest.mark.parametrize("number", range(10))
def test_every_claim_is_shown_with_its_verdict_and_what_it_is_worth(
    number: int, text: str, whole: dict[str, Any]
) -> None:
    claim = whole["claims"][number]
    shown = of_claim(text, claim["id"])
    summary = shown[: shown.index("</summary>")]
    assert claim["statement"] in summary
    assert f"</span> {claim['verdict']}</span>" in summary
    for of in claim["reservations"]:
        assert f'<span class="chip">{of["kind"]}</span>' in summary
        assert html.escape(of["says"]) in shown
    assert ("contradicted by Table 1" in summary) == bool(claim["contradicted"])
    assert ('<span class="chip stands">stands</span>' in summary) == claim["stands"]
    assert claim["reason"] in shown


def test_the_variations_that_turn_a_claim_come_first_and_say_so(text: str) -> None:
    shown = of_claim(text, "C4")
    rows = re.findall(r"<tr( class=\"turns\")?><th scope=\"row\">(.*?)</th>", shown)
    assert [name for _, name in rows] == ["ties_normal", "ties_coin", "trunk_half", "trunk_gone"]
    assert [bool(turns) for turns, _ in rows] == [True, False, False, False]
    assert "-0.020 [-0.030, +0.000]" in shown
    assert "1 of 4 turns the verdict" in shown


def test_what_hangs_on_the_clock_is_marked(text: str) -> None:
    rest = re.sub(r"<!-- timing -->.*?<!-- /timing -->", "", text, flags=re.DOTALL)
    assert "Statement number 10" in text
    assert "Statement number 10" not in rest
    assert "Statement number 7" in rest
    assert "timing -->" not in rest
    assert Page(rest).open == []


def test_pictures_for_stretch_gains_and_answers_are_there(text: str) -> None:
    labels = re.findall(r'aria-label="([^"]*)"><img', text)
    assert labels[:2] == ["One stretch of the series", "Choices, C4"]
    assert "Choices, C5" not in labels  # the same values decide it, as the caption says
    assert "The same values decide C5." in text
    assert "Picture: What do ties do?" in labels


def test_a_heat_map_has_a_colour_per_value(text: str) -> None:
    table = re.findall(r'<table class="heat">.*?</table>', text, re.DOTALL)[-1]
    assert re.findall(r'<td class="n( h\d+)?">(.*?)</td>', table) == [
        (" h10", "1.00"),
        (" h0", "0.04"),
        ("", "–"),
        (" h5", "0.50"),
    ]


def test_dead_networks_are_told_first_and_nothing_where_none_is(paths: ResultPaths, whole: dict[str, Any]) -> None:
    told = "Multi-task network, in 100 runs: never recognised a single ping of noise in 4."
    for dead, said in ((whole["dead"], True), ([], False), ([{**whole["dead"][0], "runs": 0}], False)):
        page = rendered(paths, {**whole, "dead": dead})
        assert (told in page[: page.index('id="claims"')]) == said
        assert ("never recognised" in page) == said


def test_results_of_a_study_without_any_of_it_have_a_page(paths: ResultPaths) -> None:
    results = read_results(paths.results)
    for name in ("design", "dead", "stretch"):
        results.pop(name, None)
    results["claims"], results["audit"] = [], {}
    page = rendered(paths, results)
    assert Page(page).open == []
    assert "None of the paper&#39;s statements was tested." in page
    for gone in ('id="seen"', 'id="choices"', 'id="audit"', "<svg"):
        assert gone not in page


def test_wall_time_stands_beside(paths: ResultPaths, whole: dict[str, Any]) -> None:
    results = deepcopy(whole)
    for of in results["timing"].values():
        of.pop("wall", None)
    assert "by the wall clock" not in rendered(paths, results)
    seconds = {"mean": 77.7, "ci95": None, "runs": [77.7]}
    results["timing"]["paper"]["wall"] = {"single_task": seconds, "multi_task": seconds, "ratio": seconds}
    page = rendered(paths, results)
    (row,) = re.findall(r"paper, by the wall clock</th>.*?</tr>", page)
    assert row.count("77.7") == 3


def test_the_same_results_have_the_same_bytes(text: str, paths: ResultPaths, whole: dict[str, Any]) -> None:
    assert rendered(paths, whole) == text


def test_table_1_shows_what_results_json_holds(paths: ResultPaths) -> None:
    results = json.loads(paths.results.read_text(encoding="utf-8"))
    results["table1"]["multi_task"]["swell"]["accuracy"]["mean"] = 0.12345
    write_checked(paths.results, results)
    render(paths)
    (table,) = re.findall(r'aria-label="Table 1".*?</table>', paths.report.read_text(encoding="utf-8"), re.DOTALL)
    cells = re.findall(r'<td class="n">([\d.]+)', re.findall(r"Multi-task network, here.*?</tr>", table, re.DOTALL)[0])
    assert cells[2] == "0.123"


def test_the_short_table_shows_what_results_json_holds(paths: ResultPaths, whole: dict[str, Any]) -> None:
    results = deepcopy(whole)
    results["table1"]["multi_task"]["swell"]["accuracy"]["mean"] = 0.12345
    page = rendered(paths, results)
    (table,) = re.findall(r'<table class="short">.*?</table>', page, re.DOTALL)
    (row,) = re.findall(r"Multi-task network</th>.*?</tr>", table)
    cells = re.findall(r'<b>([\d.]+)(?: s)?</b>(?:<!-- /timing -->)? <span class="soft">([\d.]+)', row)
    assert cells[2] == ("0.123", "0.95")
    assert [printed for _, printed in cells] == ["0.98", "1.0", "0.95", "64"]


def test_figure_2_is_the_source_that_ran(text: str) -> None:
    assert "return x.ping &gt; bucket.mean + 2 * bucket.std" in text


def test_no_string_becomes_markup(paths: ResultPaths, whole: dict[str, Any]) -> None:
    results = deepcopy(whole)
    results["base"]["name"] = results["base"]["format"] = MARKUP
    results["base"]["notes"] = [MARKUP]
    for claim in results["claims"]:
        claim.update(statement=MARKUP, reason=MARKUP, contradicted=MARKUP)
        claim["reservations"] = [{"kind": MARKUP, "says": MARKUP, "variations": [MARKUP]}]
        for of in claim["under"]:
            of.update(variation=MARKUP, choice=MARKUP, reason=MARKUP)
    results["claims"][0]["id"] = MARKUP
    results["dead"][0].update(approach=MARKUP, task=MARKUP)
    results["design"]["commit"] = results["provenance"]["git_commit"] = MARKUP
    results["stretch"]["titles"] = dict.fromkeys(results["stretch"]["labels"], MARKUP)
    results["audit"]["carrying"].update(question=MARKUP, answer=MARKUP, rows=[[MARKUP, 1, MARKUP]])
    results["audit"]["carrying"]["heats"][0].update(title=MARKUP, rows=[MARKUP] * 2, columns=[MARKUP] * 2)
    results["provenance"]["hardware"]["processor"] = MARKUP
    results["study"][0]["source"] = results["study"][0]["name"] = MARKUP
    stage = {"stage": MARKUP, "values": 1, "says": MARKUP, "differs": False}
    results["reference"] = {"commit": MARKUP, "processor": MARKUP, "stages": [stage]}
    results["provenance"]["image"] = {"revision": MARKUP}
    for function in results["labeling"]["noise"]["functions"]:
        function["name"] = function["description"] = MARKUP
    page = Page(rendered(paths, results))
    assert all("onerror" not in attributes for _, attributes in page.tags)
    assert page.all("script") == page.open == []


def test_the_page_ends_with_how_far_the_reference_lies(paths: ResultPaths, whole: dict[str, Any]) -> None:
    assert 'id="reference"' not in rendered(paths, {**whole, "reference": {}})
    stage = {"stage": "Table 1", "values": 7, "says": "equal to the last bit", "differs": False}
    found = {"commit": "c0ffee", "processor": "a processor", "stages": [stage]}
    text = rendered(paths, {**whole, "reference": found})
    (section,) = re.findall(r'<section id="reference".*?</section>', text, re.DOTALL)
    for said in ("c0ffee", "a processor", "Table 1", "<td>7</td>", "equal to the last bit"):
        assert said in section
    assert "<section" not in text.partition(section)[2]


@pytest.mark.parametrize("name", ["record.json", "series.csv"])
def test_runs_of_another_study_are_not_mixed_in(paths: ResultPaths, name: str) -> None:
    before = paths.report.read_bytes()
    first = CellPaths(paths.folder / read_results(paths.results)["provenance"]["first_run"]["folder"])
    (second,) = (folder for folder in first.folder.parent.iterdir() if folder != first.folder)
    (first.folder / name).write_bytes((second / name).read_bytes())
    with pytest.raises(BadInputError, match="not those of its results"):
        render(paths)
    assert paths.report.read_bytes() == before


@pytest.mark.parametrize("damage", ["{", "[]", "[" * 100_000, '{"schema_version": 99}', ""])
def test_damaged_results_are_one_line_and_the_page_stays(paths: ResultPaths, damage: str) -> None:
    before = paths.report.read_bytes()
    paths.results.write_text(damage, encoding="utf-8")
    with pytest.raises(BadInputError, match="make all"):
        render(paths)
    assert paths.report.read_bytes() == before


def test_a_lost_series_is_one_line_and_the_page_stays(paths: ResultPaths) -> None:
    before = paths.report.read_bytes()
    CellPaths(paths.folder / read_results(paths.results)["provenance"]["first_run"]["folder"]).series.unlink()
    with pytest.raises(BadInputError, match="run `make all`"):
        render(paths)
    assert paths.report.read_bytes() == before


def test_what_is_there_already_is_not_drawn_again(paths: ResultPaths) -> None:
    drawn = (paths.report, paths.figure(1), paths.figure(3), paths.accuracies)
    before = [path.stat().st_mtime_ns for path in drawn]
    render(paths)
    assert [path.stat().st_mtime_ns for path in drawn] == before
    whole = paths.figure(3).read_bytes()
    paths.figure(3).write_bytes(whole[:-1])
    render(paths)
    assert paths.figure(3).read_bytes() == whole


def test_every_approach_stands_in_the_table_of_every_task(text: str, small_results: Path) -> None:
    titles = read_results(small_results / "results.json")["titles"].values()
    for name in ("noise", "outage", "swell"):
        (table,) = re.findall(rf'aria-label="Measures, {name}".*?</table>', text, re.DOTALL)
        assert re.findall(r'<th scope="row">(.*?)</th>', table) == [html.escape(title) for title in titles]


def test_an_approach_without_an_answer_for_a_task_says_none(paths: ResultPaths) -> None:
    results = read_results(paths.results)
    del results["approaches"]["rules"]["swell"]
    write_checked(paths.results, results)
    render(paths)
    (table,) = re.findall(r'aria-label="Measures, swell".*?</table>', paths.report.read_text("utf-8"), re.DOTALL)
    (row,) = re.findall(r"Rule of thumb</th>.*?</tr>", table)
    assert row.count('<td class="n">none</td>') == 5


def test_the_papers_tasks_alone_need_no_word_about_further_ones(text: str, paths: ResultPaths) -> None:
    assert "This study adds" not in text
    results = read_results(paths.results)
    results["tasks"][2]["paper"] = False
    write_checked(paths.results, results)
    render(paths)
    page = paths.report.read_text(encoding="utf-8")
    assert (
        "This study adds swell to the paper&#39;s tasks." in page
        or "This study adds swell to the paper's tasks." in page
    )
    (table,) = re.findall(r'aria-label="Table 1".*?</table>', page, re.DOTALL)
    assert "Outage" in table
    assert "Swell" not in table


def test_what_the_majority_beats_is_said_first(paths: ResultPaths) -> None:
    results = read_results(paths.results)
    results["paper"]["majority"]["swell"]["accuracy"]["mean"] = 1.0
    write_checked(paths.results, results)
    render(paths)
    said = " ".join(paths.report.read_text(encoding="utf-8").split())
    assert "Multi-task network on swell" in said[: said.index('id="claims"')]


def test_one_run_shows_no_interval(paths: ResultPaths) -> None:
    results = read_results(paths.results)
    results["claims"][0].update(ci90=None, under=[], reservations=[])
    results["table1"]["multi_task"]["swell"]["accuracy"] = {"mean": 0.5, "ci95": None, "runs": [0.5]}
    write_checked(paths.results, results)
    render(paths)
    text = paths.report.read_text(encoding="utf-8")
    assert "[" not in of_claim(text, results["claims"][0]["id"])
    assert '<td class="n">0.500</td>' in text


def test_audit_answers_have_their_section(paths: ResultPaths) -> None:
    results = read_results(paths.results)
    results["audit"] = {
        "ties": {
            "question": "What do ties do?",
            "answer": MARKUP,
            "caption": "c",
            "columns": ["policy", "noise"],
            "rows": [
                ["random", {"mean": 0.5, "ci95": [0.4, 0.6], "runs": [0.4, 0.6]}],
                ["abstain", None],
                ["gone", EMPTY],
            ],
            "derived": "d",
            "seeds": 2,
            "times": [["clock", "0.1 s"]],
            "options": " --worlds 4",
        }
    }
    write_checked(paths.results, results)
    render(paths)
    text = paths.report.read_text(encoding="utf-8")
    assert 'id="audit-ties"' in text
    assert "0.500 <small>[0.400, 0.600]</small>" in text
    assert Page(text).open == []
    assert '<td class="n">–</td>' in text


def test_a_command_carries_the_options_of_its_answer(paths: ResultPaths) -> None:
    results = read_results(paths.results)
    results["commands"]["audit"] = "python -m artifact audit QUESTION --runs 2"
    results["audit"]["ties"]["options"] = " --worlds 4"
    write_checked(paths.results, results)
    render(paths)
    text = paths.report.read_text(encoding="utf-8")
    assert "python -m artifact audit ties --worlds 4 --runs 2</code>" in text
    assert "python -m artifact audit best --runs 2</code>" in text
