"""The single-task models of section 3.3: Snorkel's generative LabelModel over the votes of one task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from artifact.approaches._label_models import Balance, LabelModelNumbers, LabelModelProblem, fit_label_models
from artifact.approaches.approach import Approach, Labelled, Need, Pings, Posterior, State, Training, decided
from artifact.errors import BadInputError
from artifact.labeling.engines import LabelMatrix
from artifact.labeling.patterns import Patterns, counts_of, each_row
from artifact.parameters import StrictModel
from artifact.tasks.task import NORMAL, PROPERTY, Task


class SingleTaskParameters(StrictModel):
    """Snorkel's LabelModel, the class balance that it is told, and what it makes of a tie."""

    epochs: Annotated[int, Field(ge=1, le=1_000_000)]
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    class_balance: Literal["uniform", "votes", "gold"]
    ties: Literal["random", "coin", "normal", "left out"]


def _asks(p: SingleTaskParameters) -> tuple[Need, ...]:
    return ("gold",) if p.class_balance == "gold" else ()


single_task = Approach(
    "single_task", "Single-task label models", needs=("votes",), parameters=SingleTaskParameters, asks=_asks
)


@dataclass(frozen=True)
class FittedLabelModel:
    """P(label | votes) from how labeling functions agree and disagree.

    With mu[j, y] = P(vote j | label y), learnt from the votes' second moments (Ratner et al., AAAI 2019):
    P(y | votes) is proportional to P(y) times the product of mu over the votes that were cast.
    """

    task: str
    mu: NDArray[np.float32]
    prior: NDArray[np.float64]
    ties: str
    seed: int

    def posterior(self, votes: LabelMatrix) -> Posterior:
        """Return P(NORMAL) and P(property) of each row, shape (rows, 2).

        They depend on the pattern of votes alone, so each distinct pattern is asked for once.
        """
        return each_row(votes, lambda patterns: np.asarray(_rebuilt(self.mu, self.prior).predict_proba(patterns)))

    def label(self, pings: Pings) -> Labelled:
        """Label each ping by its votes; a tie is decided as the parameters say."""
        posterior = self.posterior(pings.votes[self.task])
        labels = decided(posterior, pings.at, self.ties, self.seed)
        return Labelled({self.task: labels}, {self.task: posterior})

    def state(self) -> State:
        """Return mu and prior, and the seed of a coin if one is tossed."""
        coin: State = {"seed": np.array(self.seed)} if self.ties == "coin" else {}
        return {"mu": self.mu, "prior": self.prior, **coin}


@single_task.fitting(together=lambda p: (p.epochs, p.learning_rate))
def fit(trainings: Sequence[Training], parameters: Sequence[SingleTaskParameters]) -> list[FittedLabelModel]:
    """Fit to the votes of the training rows: Snorkel's LabelModel, or ours in one stack, as their engine says."""
    each = list(zip(trainings, parameters, strict=True))
    balances = [_class_balance(training.pings, p) for training, p in each]
    by = _by_stack if trainings[0].engine.training == "stack" else _by_snorkel
    with _converging(parameters[0]):
        learnt = by(trainings, balances, parameters[0])
    return [
        FittedLabelModel(training.pings.tasks[0].name, mu, prior, p.ties, training.seed)
        for (training, p), (mu, prior) in zip(each, learnt, strict=True)
    ]


def fit_to_patterns(
    patterns: Mapping[str, Patterns], p: SingleTaskParameters, seed: int
) -> dict[str, FittedLabelModel]:
    """Fit a label model per task to counts of vote patterns, as to the rows that were counted."""
    if p.class_balance == "gold":
        problem, remedy = "is that of gold labels, of which there are none", 'write "uniform" or "votes"'
        raise BadInputError("approaches.single_task.class_balance", problem, remedy)
    uniform = p.class_balance == "uniform"
    problems = [LabelModelProblem(of, None if uniform else _balance(_positive(of)), seed) for of in patterns.values()]
    with _converging(p):
        learnt = fit_label_models(problems, p.epochs, p.learning_rate)
    return {
        task: FittedLabelModel(task, mu, prior, p.ties, seed)
        for task, (mu, prior) in zip(patterns, learnt, strict=True)
    }


@contextmanager
def _converging(p: SingleTaskParameters) -> Iterator[None]:
    try:
        yield
    except ArithmeticError:
        problem = f"{p.learning_rate:g} lets the label model diverge"
        raise BadInputError("approaches.single_task.learning_rate", problem, "lower it") from None


def _by_stack(
    trainings: Sequence[Training], balances: Sequence[Balance], p: SingleTaskParameters
) -> list[LabelModelNumbers]:
    problems = [
        LabelModelProblem(counts_of(_votes(training.pings)), balance, training.seed)
        for training, balance in zip(trainings, balances, strict=True)
    ]
    return fit_label_models(problems, p.epochs, p.learning_rate)


def _by_snorkel(
    trainings: Sequence[Training], balances: Sequence[Balance], p: SingleTaskParameters
) -> list[LabelModelNumbers]:
    from snorkel.labeling.model import LabelModel

    learnt = []
    for training, balance in zip(trainings, balances, strict=True):
        model = LabelModel(cardinality=2, verbose=False, device=training.device)
        # Always pass a seed: Snorkel draws its default once, when it is imported.
        options = {"seed": training.seed, "class_balance": balance, "progress_bar": False}
        try:
            model.fit(_votes(training.pings), n_epochs=p.epochs, lr=p.learning_rate, **options)
        except Exception as error:
            # Snorkel has no error of its own for that.
            raise ArithmeticError(str(error)) if "NaN" in str(error) else error from None
        learnt.append((model.mu.detach().cpu().numpy(), np.asarray(model.p, dtype=np.float64)))
    return learnt


@single_task.loading
def load(state: State, tasks: tuple[Task, ...], p: SingleTaskParameters) -> FittedLabelModel:
    """Return a label model from its arrays; it labels the same."""
    (task,) = tasks
    return FittedLabelModel(task.name, state["mu"], state["prior"], p.ties, int(state.get("seed", 0)))


def _votes(pings: Pings) -> LabelMatrix:
    (votes,) = pings.votes.values()
    return votes


def _class_balance(pings: Pings, p: SingleTaskParameters) -> Balance:
    """Return P(NORMAL) and P(property) as they are told; Snorkel takes them to be equal where nothing is."""
    if p.class_balance == "uniform":
        return None
    if p.class_balance == "gold":
        return _balance(float(pings.gold[pings.tasks[0].name].mean()))
    return _balance(_positive(counts_of(_votes(pings))))


def _positive(patterns: Patterns) -> float:
    """Return the share of rows on which votes for the property outnumber those against it."""
    more = (patterns.votes == PROPERTY).sum(axis=1) > (patterns.votes == NORMAL).sum(axis=1)
    return float(patterns.counts[more].sum() / patterns.rows)


def _balance(positive: float) -> tuple[float, float]:
    share = float(np.clip(positive, 1e-3, 1 - 1e-3))
    return 1 - share, share


def _rebuilt(mu: NDArray[np.float32], prior: NDArray[np.float64]) -> Any:
    import torch
    from snorkel.labeling.model import LabelModel

    model = LabelModel(cardinality=2, verbose=False)
    model._set_constants(np.zeros((1, len(mu) // 2)))
    model._create_tree()
    model.mu = torch.nn.Parameter(torch.from_numpy(np.array(mu)), requires_grad=False)
    model.p = prior
    return model
