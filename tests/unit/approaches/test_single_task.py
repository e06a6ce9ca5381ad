"""The label model: Snorkel's own answers, and each policy for ties and class balances."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from snorkel.labeling.model import LabelModel

from artifact.approaches.approach import Approach, Fitted, Pings, Training, decided
from artifact.approaches.single_task import SingleTaskParameters
from artifact.dataset import Dataset
from artifact.errors import BadInputError
from artifact.labeling.engines import LabelMatrix
from artifact.parameters import FAST
from artifact.store.files import write_numbers

ApproachOf = Callable[..., Approach]
Fit = Callable[..., dict[str, Fitted]]


@pytest.fixture(scope="module")
def noise(everything: Pings) -> Pings:
    return everything.of(everything.tasks[0])


@pytest.fixture(scope="module")
def votes(noise: Pings) -> LabelMatrix:
    return noise.votes["noise"]


@pytest.fixture(scope="module")
def train(dataset: Dataset) -> np.ndarray:
    return dataset.splits["train"]


def snorkels(p: SingleTaskParameters, votes: LabelMatrix, balance: tuple[float, float] | None = None) -> LabelModel:
    model = LabelModel(cardinality=2, verbose=False)
    model.fit(votes, n_epochs=p.epochs, lr=p.learning_rate, seed=3, class_balance=balance, progress_bar=False)
    return model


@pytest.fixture(scope="module")
def snorkel(approach_of: ApproachOf, votes: LabelMatrix, train: np.ndarray) -> LabelModel:
    return snorkels(approach_of("single_task").p, votes[train])


@pytest.fixture(scope="module")
def tied(votes: LabelMatrix) -> np.ndarray:
    """Rows on which no function votes: with a uniform class balance, they are tied."""
    found = (votes == -1).all(axis=1)
    assert found.sum() > 100
    return found


def test_posteriors_are_snorkels_to_the_last_bit(
    approach_of: ApproachOf, fitted: Fit, noise: Pings, snorkel: LabelModel, votes: LabelMatrix
) -> None:
    said = fitted(approach_of("single_task"), noise)["noise"].label(noise.without_answers())
    assert np.array_equal(said.posteriors["noise"], snorkel.predict_proba(votes))


@pytest.mark.parametrize(("ties", "snorkels_policy"), [("random", "random"), ("left out", "abstain")])
def test_ties_are_broken_as_snorkel_breaks_them(
    approach_of: ApproachOf,
    fitted: Fit,
    noise: Pings,
    snorkel: LabelModel,
    votes: LabelMatrix,
    ties: str,
    snorkels_policy: str,
) -> None:
    said = fitted(approach_of("single_task", ties=ties), noise)["noise"].label(noise).labels["noise"]
    assert np.array_equal(said, snorkel.predict(votes, tie_break_policy=snorkels_policy))
    assert ((votes == -1).all(axis=1) & (said == 1)).any() == (ties == "random")


@pytest.mark.parametrize(
    ("ties", "labels"), [("random", {0, 1}), ("coin", {0, 1}), ("normal", {0}), ("left out", {-1})]
)
def test_a_policy_decides_ties_and_nothing_else(
    approach_of: ApproachOf, fitted: Fit, noise: Pings, tied: np.ndarray, ties: str, labels: set[int]
) -> None:
    said = fitted(approach_of("single_task", ties=ties), noise)["noise"].label(noise).labels["noise"]
    assert set(said[tied].tolist()) == labels
    other = fitted(approach_of("single_task", ties="normal"), noise)["noise"].label(noise).labels["noise"]
    assert np.array_equal(said[~tied], other[~tied])


def test_a_coin_is_tossed_with_the_seed_and_is_not_snorkels_hash(
    approach_of: ApproachOf, fitted: Fit, noise: Pings, tied: np.ndarray
) -> None:
    coin = approach_of("single_task", ties="coin")
    one, again, other = (fitted(coin, noise, seed)["noise"].label(noise).labels["noise"] for seed in (3, 3, 4))
    assert np.array_equal(one, again)
    for unlike in (other, decided(np.full((len(one), 2), 0.5), noise.at, "random")):
        n = int(tied.sum())
        assert abs(int((one[tied] == unlike[tied]).sum()) - n / 2) < 4 * np.sqrt(n) / 2


@pytest.mark.parametrize("ties", ["random", "coin"])
def test_coins_lose_half_of_the_ties_that_carry_no_property(
    approach_of: ApproachOf, fitted: Fit, noise: Pings, tied: np.ndarray, dataset: Dataset, ties: str
) -> None:
    """Of n tied NORMAL rows a fair coin gets n/2 wrong: within four standard deviations."""
    said = fitted(approach_of("single_task", ties=ties), noise)["noise"].label(noise).labels["noise"]
    at = tied & (dataset.gold["noise"] == 0)
    n = int(at.sum())
    assert abs(int((said[at] == 1).sum()) - n / 2) < 4 * np.sqrt(n) / 2


def test_a_ping_keeps_its_hash_whichever_rows_are_labelled(approach_of: ApproachOf, fitted: Fit, noise: Pings) -> None:
    one = fitted(approach_of("single_task"), noise)["noise"]
    some = np.array([5, 17, 900, 2_999])
    assert np.array_equal(one.label(noise.rows(some)).labels["noise"], one.label(noise).labels["noise"][some])


def test_two_probabilities_that_hardly_differ_are_a_tie() -> None:
    close = np.array([[0.5 + 4e-6, 0.5 - 4e-6], [0.5 + 6e-6, 0.5 - 6e-6], [0.5 - 6e-6, 0.5 + 6e-6]])
    assert decided(close, np.arange(3), "left out").tolist() == [-1, 0, 1]


def test_the_class_balance_is_uniform_or_estimated_from_votes_or_told(
    approach_of: ApproachOf, fitted: Fit, noise: Pings, votes: LabelMatrix, train: np.ndarray, dataset: Dataset
) -> None:
    cast = votes[train]
    outnumbered = float(((cast == 1).sum(axis=1) > (cast == 0).sum(axis=1)).mean())
    shares = {"uniform": None, "votes": outnumbered, "gold": float(dataset.gold["noise"][train].mean())}
    for balance, share in shares.items():
        approach = approach_of("single_task", class_balance=balance)
        told = None if share is None else (1 - share, share)
        expected = snorkels(approach.p, cast, told).predict_proba(votes)
        said = fitted(approach, noise)["noise"].label(noise).posteriors["noise"]
        np.testing.assert_allclose(said, expected, atol=1e-6)
    assert len({round(share, 3) for share in shares.values() if share}) == 2


@pytest.mark.parametrize("balance", ["uniform", "votes"])
def test_what_claims_to_be_weak_sees_no_gold_label(
    approach_of: ApproachOf, fitted: Fit, noise: Pings, balance: str
) -> None:
    approach = approach_of("single_task", class_balance=balance)
    assert approach.all_needs == ("votes",)
    assert not approach.oracle
    fitted(approach, dataclasses.replace(noise, gold={}))


def test_a_gold_balance_does_see_them_and_is_an_oracle(approach_of: ApproachOf, fitted: Fit, noise: Pings) -> None:
    """The control: the check above can fail."""
    approach = approach_of("single_task", class_balance="gold")
    assert set(approach.all_needs) == {"votes", "gold"}
    assert approach.oracle
    flipped = dataclasses.replace(noise, gold={"noise": (1 - noise.gold["noise"]).astype(np.int8)})
    before, after = (fitted(approach, pings)["noise"].state()["prior"] for pings in (noise, flipped))
    assert before.tolist() == pytest.approx(after[::-1].tolist())
    with pytest.raises(KeyError):
        fitted(approach, dataclasses.replace(noise, gold={}))


@pytest.mark.parametrize("ties", ["random", "coin", "left out"])
def test_it_reloads_to_the_same_labels(
    approach_of: ApproachOf, fitted: Fit, noise: Pings, tmp_path: Path, same_after_reloading: Callable[..., None],
    ties: str,
) -> None:  # fmt: skip
    approach = approach_of("single_task", ties=ties)
    parts = fitted(approach, noise, 5)
    same_after_reloading(approach, parts, noise)
    write_numbers(tmp_path / "model.safetensors", dict(parts["noise"].state()))
    assert b"pickle" not in (tmp_path / "model.safetensors").read_bytes()


def test_the_same_seed_gives_the_same_model(approach_of: ApproachOf, fitted: Fit, noise: Pings) -> None:
    one = fitted(approach_of("single_task"), noise)["noise"].state()["mu"]
    np.random.default_rng().random(7)
    assert np.array_equal(fitted(approach_of("single_task"), noise)["noise"].state()["mu"], one)


def test_training_rows_alone_decide_it(
    approach_of: ApproachOf, fitted: Fit, noise: Pings, votes: LabelMatrix, train: np.ndarray
) -> None:
    others = votes.copy()
    rest = np.setdiff1d(np.arange(len(votes)), train)
    others[rest] = np.random.default_rng(1).permutation(others[rest])
    changed = dataclasses.replace(noise, votes={"noise": others})
    one, other = (fitted(approach_of("single_task"), pings)["noise"].state()["mu"] for pings in (noise, changed))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("training", ["snorkel", "stack"])
def test_a_learning_rate_that_diverges_is_one_line(approach_of: ApproachOf, noise: Pings, training: str) -> None:
    wild, engine = approach_of("single_task", learning_rate=50.0), FAST.model_copy(update={"training": training})
    with pytest.raises(BadInputError, match=r"single_task\.learning_rate: 50 lets the label model diverge; lower it"):
        wild.fit({"noise": Training(noise, 1, "cpu", engine)})


def test_both_engines_give_the_same_label_models(approach_of: ApproachOf, everything: Pings) -> None:
    approach = approach_of("single_task", class_balance="votes")
    trainings = [
        {
            (seed, task.name): Training(
                everything.of(task), seed, "cpu", FAST.model_copy(update={"training": training})
            )
            for seed in (1, 2)
            for task in everything.tasks
        }
        for training in ("snorkel", "stack")
    ]
    snorkels, ours = (approach.fit(of) for of in trainings)
    for key, (one, _) in snorkels.items():
        for name, values in one.state().items():
            np.testing.assert_array_equal(values, ours[key][0].state()[name], err_msg=f"{key} {name}", strict=True)


@pytest.mark.parametrize("training", ["snorkel", "stack"])
def test_another_error_is_not_hidden(approach_of: ApproachOf, noise: Pings, training: str) -> None:
    two_functions = dataclasses.replace(noise, votes={"noise": noise.votes["noise"][:, :2]})
    engine = FAST.model_copy(update={"training": training})
    with pytest.raises(ValueError, match="at least 3"):
        approach_of("single_task").fit({"noise": Training(two_functions, 1, "cpu", engine)})
