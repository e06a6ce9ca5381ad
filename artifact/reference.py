"""The results of a release, shipped as numbers, and how far others are from them, stage by stage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from artifact.errors import BadInputError
from artifact.store.files import write_text
from artifact.store.paths import REFERENCE

AS_PRINTED = 0.0005
"""Half of the last decimal that tables and claims show."""
OF_A_MEASURE = ("mean", "ci95", "ci90")
SAME = "equal to the last bit"

Results = Mapping[str, Any]
Leaf = float | str | bool | None


@dataclass(frozen=True)
class Compared:
    """How a stage compares: how many values, what is said of them, and whether that is a difference to look into."""

    stage: str
    values: int
    says: str
    differs: bool


def write(results: Results, path: Path = REFERENCE) -> None:
    """Write results as the reference: values alone, with the commit and the machine that they come from."""
    told = results["provenance"]
    whence = {"commit": told["git_commit"], "hardware": told["hardware"], "versions": told["versions"]}
    stages = {name: dict(_leaves(of(results))) for name, of in STAGES.items()}
    content = {"study_sha256": told["study_sha256"], **whence, "stages": stages}
    write_text(path, json.dumps(content, separators=(",", ":"), sort_keys=True) + "\n")


def compared(results: Results, path: Path = REFERENCE) -> dict[str, Any]:
    """Compare results with the reference; nothing where there is none, or only one of another study.

    Returns its commit and processor, and a row per stage. Raises BadInputError where it cannot be read.
    """
    if not path.exists():
        return {}
    try:
        reference = json.loads(path.read_text(encoding="utf-8"))
        if reference["study_sha256"] != results["provenance"]["study_sha256"] or results["base"]["sha256"]:
            return {}
        rows = [_stage(name, dict(_leaves(of(results))), reference["stages"][name]) for name, of in STAGES.items()]
        whence = {"commit": reference["commit"], "processor": reference["hardware"]["processor"]}
    except (ValueError, LookupError, TypeError):
        raise BadInputError(path, "is no reference", "take it from git again, or write one") from None
    return {**whence, "stages": [asdict(row) for row in rows]}


def _stage(name: str, here: Mapping[str, Leaf], there: Mapping[str, Leaf]) -> Compared:
    both = [key for key in there if key in here]
    apart = {key: abs(here[key] - there[key]) for key in both if _number(here[key]) and _number(there[key])}  # type: ignore[operator]
    other = [
        f"{key}: {here[key]} here, {there[key]} there" for key in both if key not in apart and here[key] != there[key]
    ]
    alone = len({*here, *there}) - len(both)
    most = max(apart, key=lambda key: apart[key], default="")
    said = (
        [f"on one side only: {alone} values"] * bool(alone)
        + other[:5]
        + [f"and {len(other) - 5} more"] * (len(other) > 5)
    )
    if most and apart[most]:
        rounds = "equal as printed, " if apart[most] < AS_PRINTED else ""
        said.insert(0, f"{rounds}at most {apart[most]:.2g} apart ({most})")
    large = bool(most) and apart[most] >= AS_PRINTED
    return Compared(name, len({*here, *there}), "; ".join(said) or SAME, bool(alone or other or large))


def changed(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether what has to be equal everywhere is not: data sets, votes, or a verdict on anything but times."""
    return any(row["says"] != SAME for row in rows if row["stage"] in EXACT) or any(
        row["differs"] for row in rows if row["stage"] == VERDICTS
    )


def _number(value: Leaf) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _leaves(value: Any, at: str = "") -> Iterator[tuple[str, Leaf]]:
    """Yield every value below one, by its dotted place; means and intervals of a measure stand for its runs."""
    if isinstance(value, Mapping):
        keys = [key for key in value if key in OF_A_MEASURE] if "runs" in value and "mean" in value else list(value)
        pairs = [(str(key), value[key]) for key in keys]
    elif isinstance(value, (list, tuple)):
        pairs = [(str(number), of) for number, of in enumerate(value)]
    else:
        yield at, value
        return
    for key, of in pairs:
        yield from _leaves(of, f"{at}.{key}" if at else key)


def _table1(results: Results) -> Any:
    cells = {
        (side, task): of for side, row in results["table1"].items() for task, of in row.items() if task != "time_s"
    }
    return {
        f"{side}.{task}": {"accuracy": of["accuracy"], "every run": list(of["accuracy"]["runs"])}
        for (side, task), of in cells.items()
    }


def _verdicts(results: Results, timed: bool) -> Any:
    return {
        claim["id"]: {
            "verdict": claim["verdict"],
            "reservations": ", ".join(of["kind"] for of in claim["reservations"]) or "none",
        }
        for claim in results["claims"]
        if claim["timed"] is timed
    }


def _claims(results: Results) -> Any:
    return {
        claim["id"]: {"reproduced": claim["reproduced"], "ci90": claim["ci90"]}
        for claim in results["claims"]
        if not claim["timed"]
    }


def _audit(results: Results) -> Any:
    return {name: of["rows"] for name, of in results["audit"].items()}


VERDICTS, EXACT = "verdicts", ("data sets", "votes")
STAGES: Mapping[str, Callable[[Results], Any]] = {
    "data sets": lambda results: results["provenance"]["dataset_sha256"],
    "votes": lambda results: results["labeling"],
    "Table 1": _table1,
    "every approach": lambda results: results["approaches"],
    "claims": _claims,
    VERDICTS: lambda results: _verdicts(results, timed=False),
    "verdicts on times": lambda results: _verdicts(results, timed=True),
    "audit": _audit,
}
"""What is compared, from the first step to the last; nothing that a clock has written."""
