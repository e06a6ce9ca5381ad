"""The single-task models of section 3.3: Snorkel's generative LabelModel over the votes of one task."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from artifact.approaches.approach import Approach, Labelled, Need, Pings, Posterior, State, Training, decided
from artifact.errors import BadInputError
from artifact.labeling.engines import LabelMatrix
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
        patterns, inverse = np.unique(votes, axis=0, return_inverse=True)
        return np.asarray(_rebuilt(self.mu, self.prior).predict_proba(patterns))[inverse.ravel()]

    def label(self, pings: Pings) -> Labelled:
        """Label each ping by its votes; a tie is decided as the parameters say."""
        posterior = self.posterior(pings.votes[self.task])
        labels = decided(posterior, pings.at, self.ties, self.seed)
        return Labelled({self.task: labels}, {self.task: posterior})

    def state(self) -> State:
        """Return mu and prior, and the seed of a coin if one is tossed."""
        coin: State = {"seed": np.array(self.seed)} if self.ties == "coin" else {}
        return {"mu": self.mu, "prior": self.prior, **coin}


@single_task.fitting()
def fit(training: Training, p: SingleTaskParameters) -> FittedLabelModel:
    """Fit Snorkel's LabelModel to the votes of the training rows; it needs three functions.

    Where no time is taken, what was fitted to the same votes in the same way is not fitted again: variations share it.
    """
    ((task, votes),) = training.pings.votes.items()
    balance = _class_balance(training.pings, task, p)
    fitted = _fitted if training.engine.training == "stack" else _fitted.__wrapped__
    given = _Votes(hashlib.sha256(votes.tobytes()).hexdigest(), votes.shape, votes)
    mu, prior = fitted(given, p.epochs, p.learning_rate, balance, training.seed, training.device)
    return FittedLabelModel(task, mu, prior, p.ties, training.seed)


@dataclass(frozen=True)
class _Votes:
    """Votes that are equal where their content is."""

    sha256: str
    shape: tuple[int, ...]
    matrix: LabelMatrix = field(compare=False)


@lru_cache(maxsize=128)
def _fitted(  # noqa: PLR0913 - all that decides a label model
    votes: _Votes, epochs: int, learning_rate: float, balance: tuple[float, float] | None, seed: int, device: str
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Return mu and prior of Snorkel's LabelModel."""
    from snorkel.labeling.model import LabelModel

    model = LabelModel(cardinality=2, verbose=False, device=device)
    # Always pass a seed: Snorkel draws its default once, when it is imported.
    options = {"seed": seed, "class_balance": balance, "progress_bar": False}
    try:
        model.fit(votes.matrix, n_epochs=epochs, lr=learning_rate, **options)
    except Exception as error:
        # Snorkel has no error of its own for that.
        if "NaN" not in str(error):
            raise
        problem = f"{learning_rate:g} lets the label model diverge"
        raise BadInputError("approaches.single_task.learning_rate", problem, "lower it") from None
    return model.mu.detach().cpu().numpy(), np.asarray(model.p, dtype=np.float64)


@single_task.loading
def load(state: State, tasks: tuple[Task, ...], p: SingleTaskParameters) -> FittedLabelModel:
    """Return a label model from its arrays; it labels the same."""
    (task,) = tasks
    return FittedLabelModel(task.name, state["mu"], state["prior"], p.ties, int(state.get("seed", 0)))


def _class_balance(pings: Pings, task: str, p: SingleTaskParameters) -> tuple[float, float] | None:
    """Return P(NORMAL) and P(property) as they are told; Snorkel takes them to be equal where nothing is.

    From votes: the share of rows on which votes for the property outnumber those against it.
    """
    if p.class_balance == "uniform":
        return None
    votes = pings.votes[task]
    if p.class_balance == "gold":
        share = float(pings.gold[task].mean())
    else:
        share = float(((votes == PROPERTY).sum(axis=1) > (votes == NORMAL).sum(axis=1)).mean())
    share = float(np.clip(share, 1e-3, 1 - 1e-3))
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
