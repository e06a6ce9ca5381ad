"""Label models from counts of patterns, many at once: each is what Snorkel makes of its rows, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snorkel.labeling.model import LabelModel

from artifact.approaches._label_models import LabelModelProblem, fit_label_models
from artifact.labeling.engines import LabelMatrix
from artifact.labeling.patterns import patterns_of
from artifact.networks import products

Problem = tuple[LabelMatrix, tuple[float, float] | None, int]
EPOCHS, RATE = 60, 0.01


def votes_of(seed: int, functions: int = 4, rows: int = 500) -> LabelMatrix:
    """Votes of functions that are right at 60 to 95 % and speak of 20 to 100 % of the rows."""
    rng = np.random.default_rng(seed)
    gold = rng.random(rows) < 0.2
    right, speaks = rng.uniform(0.6, 0.95, functions), rng.uniform(0.2, 1, functions)
    said = np.where(rng.random((rows, functions)) < right, gold[:, None], ~gold[:, None]).astype(np.int8)
    return np.where(rng.random((rows, functions)) < speaks, said, np.int8(-1))


def assert_as_snorkel(problems: list[Problem], epochs: int = EPOCHS) -> None:
    given_ = [LabelModelProblem(patterns_of(votes)[0], *rest) for votes, *rest in problems]
    for (votes, balance, seed), (mu, prior) in zip(problems, fit_label_models(given_, epochs, RATE), strict=True):
        model = LabelModel(cardinality=2, verbose=False)
        options = {"seed": seed, "class_balance": balance, "progress_bar": False}
        model.fit(votes.astype(np.int64), n_epochs=epochs, lr=RATE, **options)
        np.testing.assert_array_equal(mu, model.mu.detach().numpy(), strict=True)
        np.testing.assert_array_equal(prior, model.p)


@pytest.mark.parametrize("epochs", [1, 2, 500])
def test_after_each_number_of_steps(epochs: int) -> None:
    assert_as_snorkel([(votes_of(1), None, 3), (votes_of(2), (0.9, 0.1), 4)], epochs)


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 1_000),
            st.sampled_from([3, 4, 5, 11]),
            st.integers(1, 300),
            st.sampled_from([None, (0.5, 0.5), (0.97, 0.03), (0.5004, 0.4996)]),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_stacked(drawn: list[tuple[int, int, int, tuple[float, float] | None]]) -> None:
    assert_as_snorkel([(votes_of(seed, m, rows), balance, seed) for seed, m, rows, balance in drawn])


def test_functions_that_never_vote_or_always_alike() -> None:
    votes = votes_of(1)
    silent, alike, all_silent = votes.copy(), votes.copy(), np.full_like(votes, -1)
    silent[:, 2] = -1
    alike[:] = votes[:, :1]
    assert_as_snorkel([(of, None, 3) for of in (silent, alike, all_silent, votes[:1])])


def test_classes_are_exchanged_as_by_snorkel() -> None:
    """Functions that are mostly wrong are trusted all the same: the uniform prior's classes change places."""
    wrong = votes_of(5)
    wrong[wrong >= 0] = 1 - wrong[wrong >= 0]
    assert_as_snorkel([(wrong, balance, seed) for balance in (None, (0.8, 0.2)) for seed in range(3)], 500)


def test_products_one_by_one_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "alike", lambda *_: False)
    assert_as_snorkel([(votes_of(seed, 3), None, seed) for seed in range(3)])


def test_snorkels_seed_is_none_of_the_global_generators() -> None:
    before = np.random.get_state()[1].copy()  # type: ignore[index, union-attr]  # noqa: NPY002
    fit_label_models([LabelModelProblem(patterns_of(votes_of(1))[0], None, 3)], 1, RATE)
    assert np.array_equal(before, np.random.get_state()[1])  # type: ignore[arg-type, index]  # noqa: NPY002
