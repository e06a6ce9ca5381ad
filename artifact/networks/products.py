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
"""Below so many multiplications torch 2.13's batched product on a CPU is its own, and no library's."""
TRIALS = 5
"""Products of random matrices that must agree to the last bit before many are made at once."""


def product(kind: str, a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    """Multiply K pairs of matrices, shape (K, ., .): "forward" a b' (+ bias), "weight" a' b, "input" a b."""
    if a.device.type != "cpu":
        return _at_once(kind, a, b, bias)
    return way_of(kind, a.shape, b.shape, bias is not None)(kind, a, b, bias)


@functools.cache
def way_of(kind: str, a_shape: Shape, b_shape: Shape, biased: bool) -> Way:
    """Return a way in which products of these shapes are rounded as one by one."""
    one_input = a_shape[2] == 1 and biased
    ways = (way for way in WAYS if one_input or way is not _fused)
    return next((way for way in ways if alike(way, kind, a_shape, b_shape, biased)), _one_by_one)


def prepared(kind: str, a: Tensor, b: Tensor, into: Tensor) -> Callable[[], Tensor]:
    """Return what multiplies the same tensors into a third, whatever they hold by then, again and again."""
    import torch

    if a.device.type != "cpu" or alike(_at_once, kind, a.shape, b.shape, False):
        return functools.partial(torch.bmm, *_sides(kind, a, b), out=into)
    return lambda: into.copy_(product(kind, a, b))


def _sides(kind: str, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    return a.mT if kind == "weight" else a, b.mT if kind == "forward" else b


def _at_once(kind: str, a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    import torch

    left, right = _sides(kind, a, b)
    return torch.bmm(left, right) if bias is None else torch.baddbmm(bias[:, None], left, right)


def _padded(kind: str, a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    """Return the same from matrices with as many rows of zeros as ``SMALL`` asks for."""
    from torch.nn.functional import pad

    rows, each = a.shape[1], a.shape[2] * b.shape[1 if kind == "forward" else 2]
    more = (0, 0, 0, max(-(-SMALL // each) - rows, 0))
    found = _at_once(kind, pad(a, more), pad(b, more) if kind == "weight" else b, bias)
    return found if kind == "weight" else found[:, :rows]


def _fused(_: str, a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    """Return a b' + bias of one input: on some CPUs MKL's batched product rounds a b' before it adds."""
    import torch

    if bias is None:
        raise TypeError("a product of one input and its bias")
    return torch.addcmul(bias[:, None], a, b.mT)


WAYS = (_at_once, _fused, _padded)


def _one_by_one(kind: str, a: Tensor, b: Tensor, bias: Tensor | None) -> Tensor:
    """Return the same from as many single products, by the calls that Snorkel makes."""
    import torch

    if bias is not None:
        return torch.stack([torch.nn.functional.linear(*of) for of in zip(a, b, bias, strict=True)])
    if kind == "weight":
        return torch.stack([x.t() @ y for x, y in zip(a, b, strict=True)])
    return torch.stack([x @ (y.t() if kind == "forward" else y) for x, y in zip(a, b, strict=True)])


@functools.cache
def alike(way: Way, kind: str, a_shape: Shape, b_shape: Shape, biased: bool) -> bool:
    """Try whether K products at once round as one by one: libraries choose their order of sums by shape and CPU."""
    import torch

    generator = torch.Generator().manual_seed(0)
    for _ in range(TRIALS):
        a, b = (torch.randn(shape, generator=generator) for shape in (a_shape, b_shape))
        bias = torch.randn(b.shape[:2], generator=generator) if biased else None
        if not torch.equal(way(kind, a, b, bias), _one_by_one(kind, a, b, bias)):
            return False
    return True
