"""Each check of the contract can fail: a plug-in with one mistake is refused in one line that says where and what."""

from __future__ import annotations

import dataclasses
import importlib
import itertools
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
import tomlkit

from artifact.contract import (
    ContractError,
    SampledReader,
    check_approach,
    check_input,
    check_reader,
    check_task,
    checks_of,
    parametrize_with_checks,
)
from artifact.contract.tables import task_with
from artifact.errors import BadInputError
from artifact.mistakes import first_mistake
from artifact.setting import TASKS, setting_of, tasks_of
from artifact.store.paths import ROOT, STUDY
from artifact.study import read_study
from artifact.trace.log import Series
from artifact.trace.readers import table
from artifact.trace.series import LONGEST_RTT_US

NUMBERS = itertools.count()

DIP = '''"""A state: pings that fall below everything around them."""

import random

import numpy as np

from artifact.parameters import NoParameters, Probability, StrictModel
from artifact.tasks.task import NORMAL, PROPERTY, Task, TaskParameters


class DipParameters(TaskParameters):
    """How often."""

    probability: Probability


dip = Task("dip", parameters=DipParameters, excludes=("another",))


@dip.injection
def add_dips(rtt_us, rng, p):
    gold = (rng.random(len(rtt_us)) < p.probability) & (rtt_us > 0)
    rtt_us[gold] = rtt_us[gold] // 4 + 1
    return rtt_us, gold


@dip.labeling_function(votes=PROPERTY)
def lf_half(x, bucket):
    """Below half of the mean around it."""
    return (x.ping > 0) & (x.ping < bucket.mean / 2)


@dip.labeling_function(votes=NORMAL)
def lf_not_half(x, bucket):
    """Not below half of the mean around it."""
    return x.ping >= bucket.mean / 2


@dip.labeling_function(votes=NORMAL)
def lf_no_reply(x):
    """Nothing there to fall."""
    return x.ping == 0


@dip.rule()
def half(series, p):
    return (series.rtt_us > 0) & (series.rtt_us / 1000 < series.bucket(20).mean / 2)
'''
TABLE = {"bucket": 20, "probability": 0.02}

REROUTE = '''"""An event: the route gets longer for good."""

import numpy as np

from artifact.parameters import Probability
from artifact.tasks.task import NORMAL, PROPERTY, Task, TaskParameters


class RerouteParameters(TaskParameters):
    """How often."""

    probability: Probability


reroute = Task("reroute", parameters=RerouteParameters, kind="event", within=5)


@reroute.injection
def add_reroutes(rtt_us, rng, p):
    gold = rng.random(len(rtt_us)) < p.probability
    for at in np.flatnonzero(gold):
        later = rtt_us[at:]
        later[later > 0] += 10_000
    return rtt_us, gold


@reroute.labeling_function(votes=PROPERTY)
def lf_step(bucket):
    """A step between the halves."""
    return bucket.later.median > bucket.earlier.median + 5


@reroute.labeling_function(votes=NORMAL)
def lf_no_step(bucket):
    """No step between the halves."""
    return ~(bucket.later.median > bucket.earlier.median + 5)


@reroute.labeling_function(votes=NORMAL)
def lf_all_answered(bucket):
    """Nothing was lost."""
    return bucket.answered == bucket.size
'''

INPUT = """import numpy as np

from artifact.inputs.input import Input

calls = []
change = Input("change", title="the ping and its change")


@change.features
def logarithms(series, p):
    ping = np.log1p(series.rtt_us / 1000)
    return np.stack([ping, np.diff(ping, prepend=ping[0])], axis=1)
"""

APPROACH = """from dataclasses import dataclass, field

import numpy as np

from artifact.approaches.approach import Approach, Labelled

seen = []
share = Approach("share", title="A share of the votes", needs=("votes", "gold"))


@dataclass
class Fitted:
    task: str
    prior: np.ndarray

    def label(self, pings):
        positive = np.clip((pings.votes[self.task] == 1).mean(axis=1) + self.prior, 0, 1)
        labels = (positive > 0.5).astype(np.int8)
        return Labelled({self.task: labels}, {self.task: np.stack([1 - positive, positive], axis=1)})

    def state(self):
        return {"prior": self.prior}


@share.fitting()
def fit(training, p):
    ((task, gold),) = training.pings.gold.items()
    return Fitted(task, np.array(gold.mean()))


@share.loading
def load(state, tasks, p):
    return Fitted(tasks[0].name, state["prior"])
"""


class Mistake(NamedTuple):
    """What is changed in a good plug-in, what is said of it, and a piece of the line that is named."""

    old: str
    new: str
    says: str
    at: str


LAST = DIP[DIP.index("@dip.labeling_function(votes=NORMAL)\ndef lf_no_reply") : DIP.index("\n\n@dip.rule")]
HALF = "return (x.ping > 0) & (x.ping < bucket.mean / 2)"
GOLD = "return rtt_us, gold"

AT_HALF = "@dip.labeling_function("
NOT_HALF = "@dip.labeling_function(votes=NORMAL)\n"
NO_REPLY = "@dip.labeling_function(votes=NORMAL)\ndef lf_no_reply"
MADE, INJECTION, FEATURES = "dip = Task(", "@dip.injection", "@change.features"
SHARE, FITTING = "share = Approach(", "@share.fitting()"

ORDINARY = {
    "a name that is taken": Mistake('Task("dip"', 'Task("all"', "the name 'all' means something else", MADE),
    "a name with a dash": Mistake('Task("dip"', 'Task("my-dip"', "name 'my-dip' cannot be", MADE),
    "two functions": Mistake(LAST, "", "suite 'main' has 2 labeling functions, Snorkel's LabelModel needs", NOT_HALF),
    "two in a further suite": Mistake(
        "votes=NORMAL)\ndef lf_no_reply",
        'votes=NORMAL, suite="other")\ndef lf_no_reply',
        "suite 'main' has 2",
        NOT_HALF,
    ),
    "no injection": Mistake("@dip.injection\n", "", "no injection says how", MADE),
    "two injections": Mistake("@dip.injection\n", "@dip.injection\n@dip.injection\n", "two injections", INJECTION),
    "two rules": Mistake(
        "@dip.rule()\n",
        "@dip.rule()\ndef other(series, p): ...\n\n@dip.rule()\n",
        "two rules of thumb",
        "@dip.rule()\ndef half",
    ),
    "no description": Mistake('    """Nothing there to fall."""\n', "", "lf_no_reply has no description", NO_REPLY),
    "one name twice": Mistake(
        "def lf_no_reply", "def lf_half", "two labeling functions of suite 'main' are called lf_half", AT_HALF
    ),
    "none for the property": Mistake(
        "votes=PROPERTY", "votes=NORMAL", "no labeling function of suite 'main' votes PROPERTY", AT_HALF
    ),
    "none for NORMAL": Mistake(
        "votes=NORMAL", "votes=PROPERTY", "no labeling function of suite 'main' votes NORMAL", AT_HALF
    ),
    "no bucket": Mistake(
        "(TaskParameters)", "(StrictModel)", "parameters DipParameters are no TaskParameters", "class DipParameters"
    ),
    "a type without an import": Mistake(
        "probability: Probability",
        'probability: "Chance"',
        "a type of DipParameters is not known",
        "class DipParameters",
    ),
    "excludes without a comma": Mistake('("another",)', '("another")', "excludes='another' is no list", MADE),
    "a kind unknown": Mistake('"dip", ', '"dip", kind="moment", ', "kind='moment' is not known", MADE),
    "within what": Mistake('"dip", ', '"dip", within=-1, ', "within=-1 is no number of pings", MADE),
    "and": Mistake(
        HALF,
        "return x.ping > 0 and x.ping < bucket.mean / 2",
        "asks a whole column for its truth",
        "return x.ping > 0 and",
    ),
    "no parentheses": Mistake(
        HALF,
        "return x.ping > 0 & x.ping < bucket.mean / 2",
        "; put each condition in parentheses",
        "return x.ping > 0 &",
    ),
    "not": Mistake(HALF, "return not x.ping > bucket.mean / 2", "asks a whole column for its truth", "return not"),
    "a chain": Mistake(HALF, "return 0 < x.ping < bucket.mean / 2", "asks a whole column for its truth", "return 0 <"),
    "if": Mistake(
        HALF,
        "if x.ping > 0:\n        return x.ping < 5\n    return False",
        "asks a whole column for its truth",
        "if x.ping > 0:",
    ),
    "a vote instead of a condition": Mistake(
        HALF, f"{HALF.replace('return', 'return 2 *')} - 1", "lf_half returns int64 instead of", AT_HALF
    ),
    "one answer for all": Mistake(
        "return x.ping == 0", "return True", "lf_no_reply returns an answer of shape () for", NO_REPLY
    ),
    "no return": Mistake("return x.ping == 0", "x.ping == 0", "lf_no_reply returns nothing", NO_REPLY),
    "a division by a loss": Mistake(
        "return x.ping == 0", "return 1 / x.ping > 5", "lf_no_reply divides or takes a logarithm", "return 1 / x.ping"
    ),
    "no such statistic": Mistake(
        "return x.ping >= bucket.mean / 2",
        "return x.ping >= bucket.min",
        "lf_not_half asks for what is not there",
        "bucket.min",
    ),
    "no such parameter": Mistake("p.probability) &", "p.chance) &", "add_dips asks for what is not there", "p.chance"),
    "RTTs alone": Mistake(GOLD, "return rtt_us", "add_dips returns ndarray instead of RTTs and gold", INJECTION),
    "gold first": Mistake(GOLD, "return gold, rtt_us", "add_dips returns RTTs of type bool", INJECTION),
    "RTTs in fractions": Mistake(GOLD, "return rtt_us * 1.0, gold", "add_dips returns RTTs of type float64", INJECTION),
    "gold in numbers": Mistake(
        GOLD, "return rtt_us, gold.astype(int)", "add_dips returns gold labels of type int64", INJECTION
    ),
    "gold cut short": Mistake(
        GOLD, "return rtt_us, gold[1:]", "add_dips returns gold labels of shape (2999,)", INJECTION
    ),
    "gold as a list": Mistake(GOLD, "return rtt_us, list(gold)", "add_dips returns gold labels as list", INJECTION),
    "a negative RTT": Mistake("// 4 + 1", "* -1", "add_dips gives an RTT of -", INJECTION),
    "an endless RTT": Mistake("// 4 + 1", f"+ {LONGEST_RTT_US}", "add_dips gives an RTT of 60,", INJECTION),
    "a fraction in place": Mistake(
        "rtt_us[gold] = rtt_us[gold] // 4 + 1", "rtt_us *= 1.5", "; RTTs are whole microseconds: round", "rtt_us *= 1.5"
    ),
}
"""Mistakes that every command refuses."""

SLOWER = {
    "changes what it does not mark": Mistake(
        GOLD, "rtt_us[::7] //= 2\n    return rtt_us, gold", "and does not mark it", INJECTION
    ),
    "a loss becomes a reply": Mistake(" & (rtt_us > 0)\n    rtt", "\n    rtt", "turns a loss into a reply", INJECTION),
    "global randomness": Mistake(
        "rng.random(len(rtt_us))", "np.random.random(len(rtt_us))", "another series for an equal generator", INJECTION
    ),
    "Python's randomness": Mistake(
        "rng.random(len(rtt_us)) <",
        "np.array([random.random() for _ in rtt_us]) <",
        "another series for an equal",
        INJECTION,
    ),
    "the same for every seed": Mistake(
        "rng.random(len(rtt_us))", "np.linspace(0, 1, len(rtt_us)) ** 9", "the same series for every seed", INJECTION
    ),
    "nothing marked": Mistake(
        "(rng.random(", "(1 + rng.random(", "marks nothing, or everything, in 20 draws", INJECTION
    ),
    "an error in a whole data set": Mistake(
        GOLD,
        "rtt_us.item(20_000 * (len(rtt_us) > 3_000))\n    return rtt_us, gold",
        "add_dips raises IndexError",
        "rtt_us.item(",
    ),
    "a split without any": Mistake(
        " & (rtt_us > 0)\n    rtt",
        " & (rtt_us > 0) & (np.arange(len(rtt_us)) < 1_000)\n    rtt",
        "a split of 15000 pings still has none",
        INJECTION,
    ),
    "never votes": Mistake("return x.ping == 0", "return x.ping < 0", "lf_no_reply never votes", NO_REPLY),
    "engines": Mistake(
        "return x.ping == 0",
        "return x.ping < np.mean(x.ping) + 1",
        "lf_no_reply votes 0 alone and -1 in a column",
        NO_REPLY,
    ),
    "a rule of no condition": Mistake(
        "return (series.rtt_us > 0)",
        "return 1 * (series.rtt_us > 0)",
        "half returns int64 instead of a condition",
        "@dip.rule()",
    ),
    "a rule that divides": Mistake(
        "return (series.rtt_us > 0)",
        "return (1 / series.rtt_us > 0)",
        "half divides or takes a logarithm",
        "return (1 / series",
    ),
    "no colour": Mistake('"dip", ', '"dip", colour="greenish", ', "colour='greenish' is no colour", MADE),
    "no marker": Mistake('"dip", ', '"dip", marker="heart", ', "marker='heart' is no marker", MADE),
}

EVENTS = {
    "everything after it": Mistake(
        GOLD, "return rtt_us, np.cumsum(gold) > 0", "pings in a row; mark the moment", "@reroute.injection"
    ),
    "before the moment": Mistake(
        "rtt_us[at:]", "rtt_us[max(at - 9, 0):]", "before the first marked one", "@reroute.injection"
    ),
    "a loss becomes a reply": Mistake(
        "later[later > 0] +=", "later +=", "turns a loss into a reply", "@reroute.injection"
    ),
}

INPUTS_ = {
    "NaN": Mistake("np.log1p(series.rtt_us / 1000)", "series.bucket(20).median", "gives [nan", FEATURES),
    "log of a loss": Mistake(
        "np.log1p(series", "np.log(series", "logarithms divides or takes a logarithm", "ping = np.log("
    ),
    "float32": Mistake("axis=1)", "axis=1).astype(np.float32)", "gives float32; return float64", FEATURES),
    "one dimension": Mistake(
        "return np.stack([ping, np.diff(ping, prepend=ping[0])], axis=1)",
        "return ping",
        "of shape (3000,) for 3,000 pings",
        FEATURES,
    ),
    "as many as it likes": Mistake("axis=1)", "axis=1)[:, : len(ping)]", "gives 1 or 2 numbers for a ping", FEATURES),
    "at random": Mistake("axis=1)", "axis=1) + np.random.random()", "other numbers the second time", FEATURES),
    "in place": Mistake(
        "    ping = ", "    series.rtt_us[:] = series.rtt_us // 2 * 2\n    ping = ", "changes the series", FEATURES
    ),
    "none": Mistake("@change.features\n", "", "0 functions give its numbers", "change = Input("),
    "no title": Mistake('title="the ping and its change"', 'title=""', "has no title", "change = Input("),
    "a name": Mistake('Input("change"', 'Input("Change"', "the name 'Change' cannot be", "change = Input("),
}

APPROACHES_ = {
    "a name that is taken": Mistake('"share", ', '"gold", ', "the name 'gold' means something else", SHARE),
    "no title": Mistake('title="A share of the votes"', 'title=" "', "has no title", SHARE),
    "a need unknown": Mistake('("votes", "gold")', '("votes", "labels")', "needs 'labels', which is not known", SHARE),
    "needs without a comma": Mistake('("votes", "gold")', '("votes")', "needs='votes' is no list", SHARE),
    "no way to fit it": Mistake("@share.fitting()\n", "", "no functions say how it is fitted", SHARE),
    "no way to load it": Mistake("@share.loading\n", "", "no functions say how it is loaded", SHARE),
    "labels of another type": Mistake("astype(np.int8)", "astype(int)", "are int64 of shape (1000,)", FITTING),
    "labels out of range": Mistake("labels = (", "labels = 2 + (", "some not in -1, 0, 1", FITTING),
    "no probabilities": Mistake(
        "[1 - positive, positive]", "[positive, positive]", "no probabilities that sum to 1", FITTING
    ),
    "one probability": Mistake(
        "np.stack([1 - positive, positive], axis=1)", "positive", "are of shape (1000,) for 1,000 pings", FITTING
    ),
    "a task of nobody's": Mistake(
        "Labelled({self.task:", "Labelled({'nobody':", "labels ['nobody'], tasks that are not there", FITTING
    ),
    "rows not for training": Mistake(
        "np.array(gold.mean())", "np.array(gold.mean() + seen[-1]) if seen else np.array(0.5)", "'prior' of", FITTING
    ),
    "learns while it labels": Mistake(
        "        labels = (",
        "        self.prior = self.prior + positive.mean()\n        labels = (",
        "labeling changes 'prior'",
        FITTING,
    ),
    "draws while it labels": Mistake(
        "positive = np.clip(", "positive = np.clip(np.random.random() / 9 + ", "otherwise when asked again", FITTING
    ),
    "another each time": Mistake("np.array(gold.mean())", "np.array(np.random.random())", "'prior' of", FITTING),
    "a number as state": Mistake(
        '{"prior": self.prior}', '{"prior": float(self.prior)}', "state() holds 'prior' as float", FITTING
    ),
    "words as state": Mistake(
        '{"prior": self.prior}', '{"prior": np.array("a")}', "state() holds 'prior' as <U1", FITTING
    ),
    "forgets when loaded": Mistake(
        'state["prior"]', "np.array(0.9)", "otherwise when loaded from its state", "@share.loading"
    ),
    "asks for answers": Mistake(
        "pings.votes[self.task] == 1)",
        "pings.gold[self.task] == 1)[:, None]",
        "raises KeyError",
        "pings.gold[self.task]",
    ),
    "writes to the votes": Mistake(
        "positive = ",
        "pings.votes[self.task][0] = 1\n        positive = ",
        "assignment destination is read-only",
        "[0] = 1",
    ),
    "no state": Mistake("    def state(self)", "    def kept(self)", "without state()", FITTING),
    "state of nothing": Mistake('return {"prior": self.prior}', "pass", "state() gives NoneType", FITTING),
}


class Written(NamedTuple):
    """A plug-in as a file, and what Python makes of it."""

    path: Path
    name: str
    plugin: Any


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Written]:
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(text: str, attribute: str) -> Written:
        module = f"somebodys_{next(NUMBERS)}"
        path = tmp_path / f"{module}.py"
        path.write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        return Written(path, f"{module}:{attribute}", getattr(importlib.import_module(module), attribute))

    return write


def mistaken(text: str, mistake: Mistake) -> str:
    assert mistake.old in text
    return text.replace(mistake.old, mistake.new)


def expect(error: BadInputError, mistake: Mistake, path: Path, text: str) -> None:
    """Check that the error is one line that names file, line, problem and remedy."""
    said = str(error)
    assert "\n" not in said
    assert mistake.says in said
    assert "; " in said.partition(mistake.says)[2] or "; " in mistake.says
    place = re.match(rf"{re.escape(str(path))}:(\d+): ", said)
    assert place, said
    begins = text[: text.index(mistake.at)].count("\n") + 1
    assert int(place[1]) == begins, said


@pytest.mark.parametrize("name", ORDINARY)
def test_every_command_refuses_an_ordinary_mistake(name: str, written: Callable[..., Written], tmp_path: Path) -> None:
    text = mistaken(DIP, ORDINARY[name])
    made = written(text, "dip")
    with pytest.raises(ContractError) as refused:
        check_task(made.plugin, TABLE)
    expect(refused.value, ORDINARY[name], made.path, text)
    # The same line, before anything else of the study is done.
    with pytest.raises(BadInputError) as refused_on_reading:
        tasks_of(read_study(study_with(tmp_path, made.name, made.plugin.name)))
    assert str(refused_on_reading.value) == str(refused.value)


@pytest.mark.parametrize("name", SLOWER)
def test_the_contract_refuses_a_mistake_that_shows_in_the_data(name: str, written: Callable[..., Written]) -> None:
    text = mistaken(DIP, SLOWER[name])
    made = written(text, "dip")
    assert first_mistake(task_with(made.plugin, TABLE), made.name) is None
    with pytest.raises(ContractError) as refused:
        check_task(made.plugin, TABLE)
    expect(refused.value, SLOWER[name], made.path, text)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_the_moment_at_which_it_begins(name: str, written: Callable[..., Written]) -> None:
    text = mistaken(REROUTE, EVENTS[name])
    made = written(text, "reroute")
    with pytest.raises(ContractError) as refused:
        check_task(made.plugin, {"bucket": 40, "probability": 0.002})
    expect(refused.value, EVENTS[name], made.path, text)


@pytest.mark.parametrize("name", INPUTS_)
def test_inputs_with_a_mistake(name: str, written: Callable[..., Written]) -> None:
    text = mistaken(INPUT, INPUTS_[name])
    made = written(text, "change")
    with pytest.raises(ContractError) as refused:
        check_input(made.plugin)
    expect(refused.value, INPUTS_[name], made.path, text)


@pytest.mark.parametrize("name", APPROACHES_)
def test_approaches_with_a_mistake(name: str, written: Callable[..., Written]) -> None:
    text = mistaken(APPROACH, APPROACHES_[name])
    if name == "rows not for training":
        text = text.replace(
            "    def label(self, pings):\n",
            "    def label(self, pings):\n        seen.append(pings.votes[self.task].mean())\n",
        )
    made = written(text, "share")
    with pytest.raises(ContractError) as refused:
        check_approach(made.plugin)
    expect(refused.value, APPROACHES_[name], made.path, text)


@pytest.mark.parametrize("name", ["no way to fit it", "needs without a comma", "no title"])
def test_every_command_refuses_an_ordinary_mistake_in_an_approach(
    name: str, written: Callable[..., Written], tmp_path: Path
) -> None:
    text = mistaken(APPROACH, APPROACHES_[name])
    made = written(text, "share")
    study: Any = tomlkit.parse(STUDY.read_text(encoding="utf-8"))
    study["runs"]["approaches"].append(made.name)
    (tmp_path / "study.toml").write_text(tomlkit.dumps(study), encoding="utf-8")
    with pytest.raises(BadInputError) as refused:
        setting_of(read_study(tmp_path / "study.toml"))
    expect(refused.value, APPROACHES_[name], made.path, text)


def test_every_command_refuses_an_ordinary_mistake_in_an_input(written: Callable[..., Written]) -> None:
    text = mistaken(INPUT, INPUTS_["none"])
    made = written(text, "change")
    study = read_study(STUDY).with_values({"approaches.multi_task.input": made.name})
    with pytest.raises(BadInputError) as refused:
        setting_of(study)
    expect(refused.value, INPUTS_["none"], made.path, text)


def test_good_plug_ins_from_outside_pass(written: Callable[..., Written]) -> None:
    check_task(written(DIP, "dip").plugin, TABLE)
    check_task(written(REROUTE, "reroute").name, {"bucket": 40, "probability": 0.002})
    check_input(written(INPUT, "change").name)
    check_approach(written(APPROACH, "share").plugin)


def test_a_plain_snorkel_function_passes_unless_it_votes_what_is_no_vote(written: Callable[..., Written]) -> None:
    plain = (
        "from snorkel.labeling import labeling_function\n\n"
        "@dip.plain_labeling_function\n@labeling_function()\ndef lf_plain(x):\n    return 1 if 0 < x.ping < 3 else -1\n"
    )
    check_task(written(DIP + plain, "dip").plugin, TABLE)
    with pytest.raises(ContractError, match=r"lf_plain votes \[-1, 2\]; vote -1 \(ABSTAIN\)"):
        check_task(written(DIP + plain.replace("return 1", "return 2"), "dip").plugin, TABLE)


def test_a_further_suite_is_held_to_the_contract(written: Callable[..., Written]) -> None:
    at = DIP.index("@dip.labeling_function")
    further = DIP[at : DIP.index("@dip.rule")].replace(")\ndef lf", ', suite="other")\ndef lf')
    check_task(written(DIP + further, "dip").plugin, TABLE)
    with pytest.raises(ContractError, match="lf_no_reply never votes"):
        check_task(written(DIP + further.replace("x.ping == 0", "x.ping < 0"), "dip").plugin, TABLE)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"bucket": 20}, "tasks.dip.probability: key tasks.dip.probability is missing; hand it over"),
        (
            {**TABLE, "probabilty": 1},
            "tasks.dip.probabilty: unknown key tasks.dip.probabilty; did you mean probability?",
        ),
        ({**TABLE, "bucket": 21}, "tasks.dip.bucket: tasks.dip.bucket = 21 is not possible"),
        ({**TABLE, "rule": {"a": 1}}, "tasks.dip.rule.a: unknown key tasks.dip.rule.a"),
        (None, "tasks.dip.bucket: key tasks.dip.bucket is missing; hand it over"),
    ],
)
def test_what_is_wrong_in_a_table_is_one_line_that_names_the_key(
    table: Any, says: str, written: Callable[..., Written]
) -> None:
    with pytest.raises(ContractError) as refused:
        check_task(written(DIP, "dip").plugin, table)
    assert str(refused.value).startswith(says)
    assert "\n" not in str(refused.value)


def study_with(folder: Path, listed: str, name: str) -> Path:
    """Write a study that lists a further task."""
    study: Any = tomlkit.parse(STUDY.read_text(encoding="utf-8"))
    study["runs"]["tasks"].append(listed)
    study["tasks"][name] = TABLE
    path = folder / "study.toml"
    path.write_text(tomlkit.dumps(study), encoding="utf-8")
    return path


def test_the_command_line_says_it_in_one_line(written: Callable[..., Written], tmp_path: Path) -> None:
    for mistakes, found in ((ORDINARY["and"], ["tasks"]), (SLOWER["never votes"], ["tasks", "check", "NAME"])):
        made = written(mistaken(DIP, mistakes), "dip")
        study = study_with(tmp_path, made.name, "dip")
        command = [made.name if word == "NAME" else word for word in found]
        done = subprocess.run(
            [sys.executable, "-m", "artifact", *command, "--study", str(study)],
            cwd=ROOT,
            env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert re.fullmatch(rf"artifact: {made.path}:\d+: task dip: .*{mistakes.says}.*; .*\n", done.stderr)


def test_cheap_checks_are_cheap(written: Callable[..., Written]) -> None:
    made = written(DIP, "dip")
    task = task_with(made.plugin, TABLE)
    first_mistake(task, made.name)
    begin = time.perf_counter()
    for _ in range(5):
        assert first_mistake(task, made.name) is None
    assert (time.perf_counter() - begin) / 5 < 0.05


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import nowhere_at_all\n", "ModuleNotFoundError: No module named 'nowhere_at_all', PATH:1"),
        ("a = 1\nb = \n", "SyntaxError: invalid syntax, PATH:2"),
        ("\n\n1 / 0\n", "ZeroDivisionError: division by zero, PATH:3"),
        (
            DIP.replace("def lf_half(x, bucket)", "def lf_half(row, bucket)"),
            "TypeError: lf_half asks for ['row']; there are x, bucket and p, PATH:27",
        ),
        (
            DIP.replace("votes=PROPERTY", "votes=-1"),
            "ValueError: a labeling function votes NORMAL or its property, not -1, PATH:27",
        ),
        (
            DIP.replace("dip = Task", "deep = dip = Task").replace("dip", "tip"),
            "dip is not there; MODULE has deep, tip",
        ),
        ("dip = 3\n", "dip is a int, no Task; MODULE has no task"),
    ],
)
def test_an_import_that_fails_names_its_cause_and_its_line(
    text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    module = f"somebodys_{next(NUMBERS)}"
    path = tmp_path / f"{module}.py"
    path.write_text(text, encoding="utf-8")
    importlib.invalidate_caches()
    with pytest.raises(LookupError) as failed:
        TASKS.find(f"{module}:dip")
    assert str(failed.value) == f"no task '{module}:dip' ({says})".replace("PATH", str(path)).replace("MODULE", module)


def test_a_module_that_is_not_found_asks_for_the_path() -> None:
    with pytest.raises(ContractError, match="No module named 'no_lab'; is the folder that holds it on PYTHONPATH"):
        check_task("no_lab.tasks:dip")


def test_a_name_unknown_lists_those_that_are_known() -> None:
    with pytest.raises(
        ContractError, match=r"no approach 'mine'; list approaches among .*majority.* as module:attribute"
    ):
        check_approach("mine")


SAMPLE = b"rtt_ms\n9.1\n9.3\nnan\n9.2\n9.9\n"


def reader(**other: Any) -> Any:
    kept = {"FORMAT": "a table", "recognises": table.recognises, "read": table.read, "__name__": "x.mine"}
    return SimpleNamespace(**{**kept, **other})


def changed(lines: Any, **columns: Callable[[Any], Any]) -> list[Series]:
    """Return what the reader of tables gives, with some of it changed."""
    (one,) = table.read(lines)
    return [dataclasses.replace(one, **{name: change(getattr(one, name)) for name, change in columns.items()})]


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"FORMAT": ""}, "has no FORMAT"),
        ({"recognises": lambda head: False}, "does not know its own sample"),
        ({"recognises": lambda head: True}, "takes b'' for its own"),
        ({"recognises": lambda head: "rtt" in head.decode("ascii")}, "raises UnicodeDecodeError"),
        ({"read": lambda lines: table.read(lines)[0].rtt_us}, "gives ndarray for its sample"),
        ({"read": lambda lines: changed(lines, rtt_us=lambda us: us / 1000)}, "gives float64 of shape"),
        ({"read": lambda lines: changed(lines, rtt_us=lambda us: us - 1)}, "gives an RTT out of range"),
        ({"read": lambda lines: changed(lines, rtt_us=lambda us: us[:2])}, "less than four pings"),
        ({"read": lambda lines: changed(lines, sent_us=lambda _: np.arange(3))}, "more times than pings, or less"),
        ({"read": lambda lines: changed(lines) * 2}, "two series of one name"),
        (
            {
                "read": lambda lines: [
                    Series("", np.array([0 if x == b"nan" else int(float(x) * 1e3) for x in lines.head.split()[1:]]))
                ]
            },
            "raises ValueError",
        ),
    ],
)
def test_readers_with_a_mistake(other: dict[str, Any], says: str) -> None:
    check_reader(reader(), SAMPLE)
    with pytest.raises(ContractError) as refused:
        check_reader(reader(**other), SAMPLE)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_reader_that_lets_a_strange_rtt_through() -> None:
    def read(lines: Any) -> Any:
        return table.read(lines) if lines.head == SAMPLE else [Series("", np.array([-1]))]

    with pytest.raises(ContractError, match="out of range for a damaged log"):
        check_reader(reader(read=read), SAMPLE)


def test_what_is_no_plug_in_has_no_checks() -> None:
    with pytest.raises(ContractError, match="a int is no plug-in"):
        checks_of(3)


def test_every_check_has_a_name_of_its_own(written: Callable[..., Written]) -> None:
    for plugin in (written(DIP, "dip").plugin, written(INPUT, "change").plugin, SampledReader(table, SAMPLE)):
        names = [name for name, _ in checks_of(plugin)]
        assert len(set(names)) == len(names) >= 4


SOMEBODYS_TESTS = """
from artifact.contract import parametrize_with_checks

@parametrize_with_checks(["NAME"], study="STUDY", expected_failures={"votes": "known to be silent"})
def test_contract(plugin, check):
    check(plugin)
"""


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        (SLOWER["never votes"], {"passed", "1 xfailed"}),
        (SLOWER["no colour"], {"passed", "2 failed"}),  # one that was not expected, one that was and passes
    ],
    ids=["as expected", "otherwise"],
)
def test_expected_failures(mistake: Mistake, says: set[str], written: Callable[..., Written], tmp_path: Path) -> None:
    made = written(mistaken(DIP, mistake), "dip")
    tests = SOMEBODYS_TESTS.replace("NAME", made.name).replace("STUDY", str(study_with(tmp_path, made.name, "dip")))
    (tmp_path / "test_somebodys.py").write_text(tests, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "test_somebodys.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "PATH": "", "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stdout.rstrip().splitlines()[-1]
    assert all(word in last for word in says), done.stdout
    assert ("known to be silent" in done.stdout) and done.returncode == ("2 failed" in says)
    # Somebody else's terminal shows their line and what is wrong, not the artifact's own frames.
    assert done.stdout.count("> ") == done.stdout.count(">       check(plugin)")


def test_expected_failures_of_a_check_that_is_not_there(written: Callable[..., Written]) -> None:
    with pytest.raises(ValueError, match=r"names no check: \['vote'\]; there are \["):
        parametrize_with_checks([written(DIP, "dip").plugin], expected_failures={"vote": "misspelt"})
