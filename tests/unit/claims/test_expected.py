"""Expectations: every claim has one, and whatever is another is named."""

from __future__ import annotations

import tomllib
from typing import Any

from artifact.claims import expected as recorded
from artifact.claims.expected import changed, expected
from artifact.claims.reservations import KINDS
from artifact.claims.verdicts import WORDS
from artifact.paper import claims
from artifact.store.paths import ROOT

SECTIONS = ("abstract", "1", "2", "3", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "4", "5")
SENTENCES = tomllib.loads((ROOT / "paper_tables" / "sentences.toml").read_text(encoding="utf-8"))["sentence"]


def as_expected() -> list[dict[str, Any]]:
    """Claims that are what the file says, the first word of those that may be several."""
    return [
        {
            "id": name,
            "verdict": of["verdict"] if isinstance(of["verdict"], str) else of["verdict"][0],
            "reservations": [{"kind": kind} for kind in of["reservations"]],
        }
        for name, of in expected().items()
    ]


def test_every_claim_has_an_expectation_in_the_projects_words() -> None:
    assert list(expected()) == [claim["id"] for claim in claims()]
    for of in expected().values():
        words = [of["verdict"]] if isinstance(of["verdict"], str) else of["verdict"]
        assert set(words) <= set(WORDS)
        assert set(of["reservations"]) <= set(KINDS)


def test_only_what_hangs_on_the_clock_may_be_several_things() -> None:
    timed = {claim["id"] for claim in claims() if claim["measure"] in ("time_ratio", "time_spread", "rate_order")}
    loose = {name for name, of in expected().items() if not isinstance(of["verdict"], str) or "reservations_vary" in of}
    assert loose <= timed


def test_nothing_is_named_where_all_is_as_expected() -> None:
    assert changed(as_expected()) == []


def test_another_verdict_or_reservation_is_named() -> None:
    claims_ = as_expected()
    claims_[0]["verdict"] = "undecided" if claims_[0]["verdict"] != "undecided" else "reproduced"
    claims_[1]["reservations"] = [{"kind": "calibrated"}, {"kind": "uninformative"}]
    lines = changed(claims_)
    assert [line.split(":")[0] for line in lines] == ["C1", "C2"]
    assert "calibrated, uninformative" in lines[1]


def test_a_claim_that_is_not_recorded_is_named(monkeypatch: Any) -> None:
    monkeypatch.setattr(recorded, "expected", dict)
    assert len(changed(as_expected()[:1])) == 1


def test_every_testable_sentence_has_a_claim_or_says_why_not() -> None:
    assert list(dict.fromkeys(of["section"] for of in SENTENCES)) == list(SECTIONS)
    judged = {name for of in SENTENCES for name in of.get("claims", [])}
    assert judged == {claim["id"] for claim in claims()}
    for of in SENTENCES:
        assert ("claims" in of) != ("not_judged" in of)
        for name in of.get("claims", []):
            (claim,) = [claim for claim in claims() if claim["id"] == name]
            assert of["section"] in claim["section"].split(", "), (name, of["section"])
