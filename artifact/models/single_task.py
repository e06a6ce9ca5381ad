"""The single-task model of section 3.3: Snorkel's generative LabelModel over the votes of one task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.errors import BadInputError
from artifact.files import write_numbers
from artifact.labeling import LabelMatrix
from artifact.study import LabelModelParameters
from artifact.tasks.task import ABSTAIN, NORMAL, PROPERTY


class SingleTaskModel:
    """P(label | votes) from how labeling functions agree and disagree; no gold label is ever seen.

    With mu[j, y] = P(vote j | label y), learnt from the votes' second moments (Ratner et al., AAAI 2019):
    P(y | votes) is proportional to P(y) times the product of mu over the votes that were cast.
    """

    def __init__(self, mu: NDArray[np.float32], prior: NDArray[np.float64]) -> None:
        self.mu, self.prior = mu, prior
        self._snorkel = _rebuilt(mu, prior)

    @classmethod
    def fit(
        cls,
        votes: LabelMatrix,
        p: LabelModelParameters,
        seed: int,
        device: str = "cpu",
        prior: tuple[float, float] | None = None,
    ) -> SingleTaskModel:
        """Fit Snorkel's LabelModel to the votes, shape (rows, functions); it needs three functions.

        ``prior`` is P(normal) and P(property) where they are told; Snorkel takes them to be equal.
        """
        from snorkel.labeling.model import LabelModel

        model = LabelModel(cardinality=2, verbose=False, device=device)
        # Always pass a seed: Snorkel draws its default once, when it is imported.
        try:
            model.fit(votes, n_epochs=p.epochs, lr=p.learning_rate, seed=seed, class_balance=prior, progress_bar=False)
        except Exception as error:
            # Snorkel has no error of its own for that.
            if "NaN" not in str(error):
                raise
            problem = f"{p.learning_rate:g} lets the label model diverge"
            raise BadInputError("label_model.learning_rate", problem, "lower it") from None
        return cls(model.mu.detach().cpu().numpy(), np.asarray(model.p, dtype=np.float64))

    def probabilities(self, votes: LabelMatrix) -> NDArray[np.float64]:
        """Return P(normal) and P(property) of each row, shape (rows, 2).

        They depend on the pattern of votes alone, so each distinct pattern is asked for once.
        """
        patterns, inverse = np.unique(votes, axis=0, return_inverse=True)
        return np.asarray(self._snorkel.predict_proba(patterns))[inverse.ravel()]

    def predict(self, votes: LabelMatrix, ties: str) -> NDArray[np.int8]:
        """Label each row, shape (rows,): 0, 1, or -1 where tied and ``ties`` is "abstain".

        "random" is Snorkel's policy of that name: it hashes the row's position, so the same rows give the same labels.
        """
        normal, positive = self.probabilities(votes).T
        labels = np.where(positive > normal, PROPERTY, NORMAL).astype(np.int8)
        tied = np.flatnonzero(np.abs(positive - normal) < TIE_TOLERANCE)
        labels[tied] = _toss(tied) if ties == "random" else ABSTAIN
        return labels

    def save(self, path: Path) -> None:
        """Write the model as safetensors."""
        write_numbers(path, {"mu": self.mu, "prior": self.prior})

    @classmethod
    def load(cls, path: Path) -> SingleTaskModel:
        """Read a model that ``save`` wrote; it predicts the same."""
        from safetensors.numpy import load_file

        numbers = load_file(path)
        return cls(numbers["mu"], numbers["prior"])


TIE_TOLERANCE = 1e-5
"""Two probabilities nearer than this are a tie (``snorkel.utils.probs_to_preds``)."""


def _toss(rows: NDArray[np.int64]) -> NDArray[np.int8]:
    from snorkel.utils.core import _hash

    return np.array([_hash(int(row)) % 2 for row in rows], dtype=np.int8)


def _rebuilt(mu: NDArray[np.float32], prior: NDArray[np.float64]) -> Any:
    import torch
    from snorkel.labeling.model import LabelModel

    model = LabelModel(cardinality=2, verbose=False)
    model._set_constants(np.zeros((1, len(mu) // 2)))
    model._create_tree()
    model.mu = torch.nn.Parameter(torch.from_numpy(np.array(mu)), requires_grad=False)
    model.p = prior
    return model
