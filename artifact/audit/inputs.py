"""Inputs: what the network gains by seeing more of a ping than its RTT, as section 5 of the paper proposes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from artifact.audit.answer import MEASURES, Answer, Found, each_in_words
from artifact.extras import needed
from artifact.grid.grid import Cell as GridCell
from artifact.reported import Plan
from artifact.setting import INPUTS
from artifact.study import Variation

ALONE = "ping"
"""The paper's input."""
MOST_RUNS = 10
"""As many as are timed for Table 1: tsfresh takes seconds for each."""
NETWORK = "multi_task"


def asks(plan: Plan) -> Mapping[str, Sequence[GridCell]]:
    """Ask for the network on every input that comes with the artifact, on the first data sets."""
    needed("tsfresh", target="tsfresh-setup")
    some = plan.data_sets[:MOST_RUNS]
    return {
        name: plan.cells(
            NETWORK,
            seeds=some,
            variation=Variation(
                name=f"sees_{name}",
                reason="the network sees something else of a ping",
                section="3.4, 5",
                set={f"approaches.{NETWORK}.input": name},
            ),
        )
        for name in INPUTS.known()
    }


def answer(found: Found) -> Answer:
    """Compare the network's scores on each input, paired per run with those on the ping alone."""
    rows = dict.fromkeys(found.records, ("", NETWORK))
    others = [name for name in rows if name != ALONE]
    gains = {name: found.gain(rows, name, ALONE) for name in others}
    said = (f"With {name}, {each_in_words(found.tasks, gains[name][:: len(MEASURES)])}." for name in others)
    return Answer(
        question="What does the network gain by seeing more than the RTT?",
        answer=f"Accuracy over the ping alone. {' '.join(said)}",
        caption="Accuracy and F1 of the multi-task network on the testing rows, by what it sees of a ping; gains are "
        "paired per run, with 95 % interval.",
        columns=["input", *found.heads()],
        rows=[*found.rows(rows), *([f"gain of {name}", *gain] for name, gain in gains.items())],
        derived="The same trunk, weak labels, epochs and seeds for each; the inputs' tables stand in the study "
        f"({', '.join(f'artifact/inputs/{name}.py' for name in rows)}, artifact/audit/inputs.py).",
        seeds=len(found.records[ALONE]),
        draws=found.heads(),
    )
