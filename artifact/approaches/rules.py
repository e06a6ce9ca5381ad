"""Rules of thumb: what a practitioner would write for a task, as the task's own file has it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from artifact.approaches.approach import Approach, Labelled, Pings, State, Training, certain
from artifact.parameters import NoParameters
from artifact.tasks.task import Task

rules = Approach("rules", "Rule of thumb", needs=("series",))


@dataclass(frozen=True)
class Applied:
    """A task's rule, if it has one; nothing is learnt."""

    task: Task

    def label(self, pings: Pings) -> Labelled:
        """Apply the rule to the whole series; say nothing for a task without one."""
        if not self.task.rules or pings.series is None:
            return Labelled({}, {})
        (rule,) = self.task.rules
        labels = np.asarray(rule.body(pings.series, self.task.rule_p)).astype(np.int8)[pings.at]
        return Labelled({self.task.name: labels}, {self.task.name: certain(labels)})

    def state(self) -> State:
        """Return nothing."""
        return {}


@rules.fitting()
def fit(training: Training, _: NoParameters) -> Applied:
    """Learn nothing."""
    (task,) = training.pings.tasks
    return Applied(task)


@rules.loading
def load(_: State, tasks: tuple[Task, ...], __: NoParameters) -> Applied:
    """Return it."""
    (task,) = tasks
    return Applied(task)
