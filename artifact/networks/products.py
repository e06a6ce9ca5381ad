"""Many small products of matrices at once, each rounded as a library rounds it alone."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

SMALL = 400
"""Below so many multiplications torch 2.13's batched product on a CPU rounds otherwise than a single one (tried)."""
TRIALS = 5
"""Products of random matrices that must agree to the last bit before many are made at once."""


def product(kind: str, rows: int, a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply K pairs of matrices, shape (K, ., .): "forward" a b' (+ bias), "weight" a' b, "input" a b.

    Rows of ``a`` beyond the first ``rows`` are zeros, in which a product reaches ``SMALL``; so are those of ``b`` in
    "weight".
    """
    if a.device.type != "cpu" or _alike(kind, rows, a.shape, b.shape, bias is not None):
        return _at_once(kind, a, b, bias)
    return _one_by_one(kind, rows, a, b, bias)


def _at_once(kind: str, a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    import torch

    if bias is None:
        return torch.bmm(a.mT if kind == "weight" else a, b.mT if kind == "forward" else b)
    # MKL's batched product rounds a b' before it adds where there is one input; its single product does not.
    multiply = torch.addcmul if a.shape[2] == 1 else torch.baddbmm
    return multiply(bias[:, None], a, b.mT)


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
def _alike(kind: str, rows: int, a_shape: tuple[int, ...], b_shape: tuple[int, ...], biased: bool) -> bool:
    """Try whether K products at once round as one by one: libraries choose their order of sums by shape and CPU."""
    import torch

    generator = torch.Generator().manual_seed(0)
    for _ in range(TRIALS):
        a, b = (torch.randn(shape, generator=generator) for shape in (a_shape, b_shape))
        a[:, rows:] = 0
        bias = torch.randn(b.shape[:2], generator=generator) if biased else None
        compared = slice(None) if kind == "weight" else slice(rows)
        one, other = _at_once(kind, a, b, bias), _one_by_one(kind, rows, a, b, bias)
        if not torch.equal(one[:, compared], other[:, compared]):
            return False
    return True
