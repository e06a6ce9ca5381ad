"""Many small products of matrices at once, each rounded as a library rounds it alone."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from torch import Tensor

Way: TypeAlias = Callable[[str, "Tensor", "Tensor", "Tensor | None"], "Tensor"]
Shape: TypeAlias = tuple[int, ...]
SMALL = 400
"""Below so many multiplications torch 2.13's batched product on a CPU rounds otherwise than a single one (tried)."""
TRIALS = 5
"""Products of random matrices that must agree to the last bit before many are made at once."""


def product(kind: str, rows: int, a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply K pairs of matrices, shape (K, ., .): "forward" a b' (+ bias), "weight" a' b, "input" a b.

    Rows of ``a`` beyond the first ``rows`` are zeros, in which a product reaches ``SMALL``; so are those of ``b`` in
    "weight".
    """
    ways = WAYS if a.shape[2] == 1 and bias is not None else WAYS[:1]
    for way in ways:
        if a.device.type != "cpu" or alike(way, kind, rows, a.shape, b.shape, bias is not None):
            return way(kind, a, b, bias)
    return _one_by_one(kind, rows, a, b, bias)


def prepared(kind: str, rows: int, a: Tensor, b: Tensor, into: Tensor) -> Callable[[], Tensor]:
    """Return what multiplies the same tensors into a third, whatever they hold by then, again and again."""
    import torch

    if a.device.type != "cpu" or alike(_at_once, kind, rows, a.shape, b.shape, False):
        return functools.partial(torch.bmm, *_sides(kind, a, b), out=into)
    return lambda: into.copy_(_one_by_one(kind, rows, a, b, None))


def _sides(kind: str, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return a.mT if kind == "weight" else a, b.mT if kind == "forward" else b


def _at_once(kind: str, a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    import torch

    left, right = _sides(kind, a, b)
    return torch.bmm(left, right) if bias is None else torch.baddbmm(bias[:, None], left, right)


def _element_by_element(_: str, a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    """Return a b' + bias of one input: on some CPUs MKL's batched product rounds a b' before it adds."""
    import torch

    if bias is None:
        raise TypeError("a product of one input and its bias")
    return torch.addcmul(bias[:, None], a, b.mT)


WAYS = (_at_once, _element_by_element)


def _one_by_one(kind: str, rows: int, a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    """Return the same from as many single products of the first ``rows`` rows, by the calls that Snorkel makes."""
    import torch

    cut = a[:, :rows]
    if bias is not None:
        values = [torch.nn.functional.linear(*of) for of in zip(cut, b, bias, strict=True)]
    elif kind == "weight":
        return torch.stack([x.t() @ y for x, y in zip(cut, b[:, :rows], strict=True)])
    else:
        values = [x @ (y.t() if kind == "forward" else y) for x, y in zip(cut, b, strict=True)]
    return torch.nn.functional.pad(torch.stack(values), (0, 0, 0, a.shape[1] - rows))


@functools.cache
def alike(way: Way, kind: str, rows: int, a_shape: Shape, b_shape: Shape, biased: bool) -> bool:  # noqa: PLR0913
    """Try whether K products at once round as one by one: libraries choose their order of sums by shape and CPU."""
    import torch

    generator = torch.Generator().manual_seed(0)
    for _ in range(TRIALS):
        a, b = (torch.randn(shape, generator=generator) for shape in (a_shape, b_shape))
        a[:, rows:] = 0
        bias = torch.randn(b.shape[:2], generator=generator) if biased else None
        compared = slice(None) if kind == "weight" else slice(rows)
        one, other = way(kind, a, b, bias), _one_by_one(kind, rows, a, b, bias)
        if not torch.equal(one[:, compared], other[:, compared]):
            return False
    return True
