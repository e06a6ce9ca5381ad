"""The page: one file, escaped, its numbers those of results.json."""

from __future__ import annotations

import html
import html.parser
import json
import re
import shutil
from pathlib import Path

import pytest

from artifact.errors import BadInputError
from artifact.report.page import render
from artifact.results import read_results
from artifact.store.kept import write_checked
from artifact.store.paths import CellPaths, ResultPaths

EMPTY = {"mean": None, "ci95": None, "runs": [None, None]}
MARKUP = "<img src=x onerror=alert(1)>&\"'"


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


@pytest.fixture
def paths(small_results: Path, tmp_path: Path) -> ResultPaths:
    shutil.copytree(small_results, tmp_path, dirs_exist_ok=True)
    return ResultPaths(tmp_path)


@pytest.fixture(scope="session")
def text(small_results: Path) -> str:
    return ResultPaths(small_results).report.read_text(encoding="utf-8")


def test_it_is_well_formed(text: str) -> None:
    assert Page(text).open == []


def test_it_needs_nothing_from_anywhere(text: str) -> None:
    page = Page(text)
    assert page.all("script") == page.all("link") == page.all("iframe") == []
    for image in page.all("img"):
        assert (image["src"] or "").startswith("data:image/svg+xml;base64,")
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


def test_verdicts_come_first_and_a_failing_one_is_shown_as_failing(text: str) -> None:
    assert text.index('id="verdicts"') < text.index('id="table1"') < text.index('id="figures"')
    (row,) = re.findall(r'<tr><th scope="row">C11</th>.*?</tr>', text, re.DOTALL)
    assert "not reproduced" in row


def test_table_1_shows_what_results_json_holds(paths: ResultPaths) -> None:
    results = json.loads(paths.results.read_text(encoding="utf-8"))
    results["table1"]["multi_task"]["swell"]["accuracy"]["mean"] = 0.12345
    write_checked(paths.results, results)
    render(paths)
    (table,) = re.findall(r'aria-label="Table 1".*?</table>', paths.report.read_text(encoding="utf-8"), re.DOTALL)
    cells = re.findall(r'<td class="n">([\d.]+)', re.findall(r"Multi-task network, here.*?</tr>", table, re.DOTALL)[0])
    assert cells[2] == "0.123"


def test_figure_2_is_the_source_that_ran(text: str) -> None:
    assert "return x.ping &gt; bucket.mean + 2 * bucket.std" in text


def test_no_string_becomes_markup(paths: ResultPaths) -> None:
    results = json.loads(paths.results.read_text(encoding="utf-8"))
    results["base"]["name"] = results["base"]["format"] = MARKUP
    results["base"]["notes"] = [MARKUP]
    results["claims"][0]["statement"] = results["claims"][0]["reason"] = MARKUP
    results["provenance"]["hardware"]["processor"] = results["provenance"]["git_commit"] = MARKUP
    results["study"][0]["source"] = results["study"][0]["name"] = MARKUP
    for function in results["labeling"]["noise"]["functions"]:
        function["name"] = function["description"] = MARKUP
    write_checked(paths.results, results)
    render(paths)
    page = Page(paths.report.read_text(encoding="utf-8"))
    assert all("onerror" not in attributes for _, attributes in page.tags)
    assert page.open == []


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
    assert "multi-task network on swell" in said[: said.index('id="verdicts"')]


def test_one_run_shows_no_interval(paths: ResultPaths) -> None:
    results = read_results(paths.results)
    results["claims"][0]["ci95"] = None
    results["table1"]["multi_task"]["swell"]["accuracy"] = {"mean": 0.5, "ci95": None, "runs": [0.5]}
    write_checked(paths.results, results)
    render(paths)
    text = paths.report.read_text(encoding="utf-8")
    (row,) = re.findall(r'<tr><th scope="row">C1</th>.*?</tr>', text, re.DOTALL)
    assert "[" not in row
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
