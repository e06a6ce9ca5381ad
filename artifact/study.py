"""study.toml: every parameter of the study, read and validated."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from artifact.errors import BadInputError

Parameters = TypeVar("Parameters", bound="StrictModel")


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"the range runs from {bounds[0]} down to {bounds[1]}")
    return bounds


Probability = Annotated[float, Field(gt=0, lt=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[float, Field(ge=0, le=10_000)]
MillisecondsRange = Annotated[tuple[Milliseconds, Milliseconds], AfterValidator(_rising)]
PingsRange = Annotated[
    tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1, le=100_000)]], AfterValidator(_rising)
]
Seed = Annotated[int, Field(ge=0, lt=2**31)]


class StrictModel(BaseModel):
    """A table of study.toml: no key beyond the known ones, no value converted from another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class RunParameters(StrictModel):
    """How often the study is repeated, and the seeds: run k has data-set seed and training seed + k."""

    count: Annotated[int, Field(ge=1, le=1000)]
    first_dataset_seed: Seed
    first_training_seed: Seed
    tasks: Annotated[tuple[str, ...], Field(min_length=1)]


class SyntheticParameters(StrictModel):
    """The synthetic base trace: a log-normal delay over a floor, a slow level, spikes and losses (ms)."""

    pings: Annotated[int, Field(ge=1_000, le=10_000_000)]
    floor_ms: Milliseconds
    scale_ms: Annotated[float, Field(gt=0, le=1_000)]
    sigma: Annotated[float, Field(gt=0, le=2)]
    level_share: Share
    level_memory: Annotated[float, Field(gt=1, le=1_000_000)]
    spike_probability: Share
    spike_mean_ms: Milliseconds
    loss_probability: Share


class DatasetParameters(StrictModel):
    """How the base is cleaned and divided (section 3.1)."""

    clean_quantile: Annotated[float, Field(gt=0.5, le=1)]
    train: Annotated[float, Field(ge=0.1, le=0.8)]
    validation: Annotated[float, Field(ge=0.1, le=0.8)]

    @field_validator("validation")
    @classmethod
    def _leaves_rows_for_testing(cls, validation: float, before: ValidationInfo) -> float:
        if before.data.get("train", 0) + validation > 0.95:
            raise ValueError("train and validation leave less than 0.05 for testing")
        return validation


class LabelModelParameters(StrictModel):
    """Snorkel's LabelModel (section 3.3)."""

    epochs: Annotated[int, Field(ge=1, le=1_000_000)]
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    class_balance: Literal["uniform"]
    ties: Literal["random", "abstain"]


class MultiTaskParameters(StrictModel):
    """Snorkel's MultitaskClassifier and its Trainer (section 3.4)."""

    trunk: Annotated[tuple[Annotated[int, Field(ge=1, le=4096)], ...], Field(min_length=1)]
    epochs: Annotated[int, Field(ge=1, le=100_000)]
    batch: Annotated[int, Field(ge=1, le=1_000_000)]
    learning_rate: Annotated[float, Field(gt=0, le=1)]


class RuleParameters(StrictModel):
    """The rules of thumb that models are compared with in the audit (pings, robust standard deviations, ms)."""

    hampel_window: Annotated[int, Field(ge=4, le=100_000)]
    hampel_sd: Annotated[float, Field(gt=0, le=1_000)]
    step_window: Annotated[int, Field(ge=2, le=100_000)]
    step_context: Annotated[int, Field(ge=2, le=100_000)]
    step_ms: Milliseconds


class BestParameters(StrictModel):
    """How the best labels are made from the votes by Dawid and Skene's model: the tasks that are decoded over time."""

    decoded: tuple[str, ...]


class MultiverseParameters(StrictModel):
    """The ranges over which unreported parameters vary together, by dotted name; the seed of the design."""

    seed: Seed
    ranges: Annotated[dict[str, Annotated[tuple[float, float], AfterValidator(_rising)]], Field(min_length=1)]


class Sweep(StrictModel):
    """One parameter of a task that the calibration may choose, and the values it chooses from."""

    parameter: str
    values: Annotated[tuple[Any, ...], Field(min_length=2)]


class CalibrationParameters(StrictModel):
    """Seeds of the calibration, never reported ones, and what it may choose per task.

    ``sweep`` is judged by the single-task accuracies alone, ``dataset_sweep`` by all of Table 1.
    """

    first_seed: Seed
    seeds: Annotated[int, Field(ge=1, le=1000)]
    sweep: dict[str, Sweep]
    dataset_sweep: dict[str, Sweep]


class Study(StrictModel):
    """The whole of study.toml; ``tasks`` holds one table per task, checked by the task itself."""

    runs: RunParameters
    trace: SyntheticParameters
    dataset: DatasetParameters
    label_model: LabelModelParameters
    multi_task: MultiTaskParameters
    calibration: CalibrationParameters
    rules: RuleParameters
    multiverse: MultiverseParameters
    best: BestParameters | None = None
    tasks: dict[str, dict[str, Any]] = {}

    def fingerprint(self) -> str:
        """Return a checksum of every parameter, the same for the same study however it is written down."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def models_fingerprint(self) -> str:
        """Return a checksum of the parameters without which a trained model cannot be used."""
        kept = self.model_dump(mode="json", include={"dataset", "label_model", "multi_task", "tasks", "runs"})
        kept["runs"] = kept["runs"]["tasks"]
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class StudyFile:
    """A study together with the lines it was read from, so that an error or a reader can be sent there.

    ``lines`` maps the path of a key, as in ("tasks", "noise", "bucket"), to its line number and its comment;
    ``values`` is the file as it was read.
    """

    path: Path
    study: Study
    lines: Mapping[tuple[str, ...], tuple[int, str]]
    values: Mapping[str, Any]

    def check(self, model: type[Parameters], table: tuple[str, ...], values: Mapping[str, Any]) -> Parameters:
        """Validate one table with ``model``; a wrong key or value is a BadInputError that names its line."""
        return _validated(model, values, self.path, self.lines, table)

    def value(self, keys: tuple[str, ...]) -> Any:
        """Return the value of a parameter by its path; an unknown path is a BadInputError."""
        value: Any = self.study.model_dump(mode="json")
        for key in keys:
            if not isinstance(value, dict) or key not in value:
                name = ".".join(keys)
                raise BadInputError(self.path, f"no parameter {name}", "name one of this study", self._line(keys))
            value = value[key]
        return value

    def with_value(self, keys: tuple[str, ...], value: Any) -> StudyFile:
        """Return the same study with one parameter set to another value, checked as if it stood in the file."""
        values = self.study.model_dump(mode="json")
        table = values
        for key in keys[:-1]:
            table = table[key]
        table[keys[-1]] = value
        study = _validated(Study, values, self.path, self.lines, ())
        _check_seeds(study, self.path, self.lines)
        return dataclasses.replace(self, study=study)

    def _line(self, keys: tuple[str, ...]) -> int:
        return self.lines.get(("multiverse", "ranges", ".".join(keys)), (1, ""))[0]


def read_study(path: Path) -> StudyFile:
    """Read and validate a study; anything wrong in it is a BadInputError naming file, line and remedy."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise BadInputError(path, f"cannot be read ({error})", "name a readable study with STUDY=") from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        number = int(line[1]) if line else text.count("\n") + 1
        raise BadInputError(path, f"no valid TOML ({error})", "mend this line", number) from None
    except ValueError as error:  # a number of thousands of digits
        raise BadInputError(path, f"no valid TOML ({error})", "write numbers that fit") from None
    except RecursionError:
        raise BadInputError(path, "nested too deeply", "write one table per section") from None
    lines = _key_lines(text, values)
    study = _validated(Study, values, path, lines, ())
    _check_seeds(study, path, lines)
    return StudyFile(path, study, lines, values)


def parameter_lines(file: StudyFile) -> list[dict[str, Any]]:
    """List every parameter with its value and the source that is noted beside it in the file."""
    listed = []
    for keys, (line, comment) in file.lines.items():
        value: Any = file.values
        for key in keys:
            value = value[key]
        if not isinstance(value, dict) or comment:
            listed.append({"name": ".".join(keys), "value": value, "source": comment, "line": line})
    return listed


def _validated(
    model: type[Parameters],
    values: Mapping[str, Any],
    path: Path,
    lines: Mapping[tuple[str, ...], tuple[int, str]],
    table: tuple[str, ...],
) -> Parameters:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        # A misspelt key is an unknown one and a missing one; the unknown one has a line.
        first = min(error.errors(include_url=False), key=lambda found: found["type"] != "extra_forbidden")
        keys = table + tuple(str(part) for part in first["loc"])
        known = tuple(key for key in lines if keys[: len(key)] == key)
        number = lines[max(known, key=len)][0] if known else 1
        raise BadInputError(path, *_said(first, keys, model), number) from None


def _said(error: Any, keys: tuple[str, ...], model: type[BaseModel]) -> tuple[str, str]:
    name = ".".join(keys)
    if error["type"] == "extra_forbidden":
        return f"unknown key {name}", _nearest(error["loc"], model)
    if error["type"] == "missing":
        return f"key {name} is missing", "add it; the study.toml that came with the artifact has it"
    value = repr(error["input"])
    shown = value if len(value) <= 60 else value[:57] + "..."
    return f"{name} = {shown} is not possible ({error['msg']})", "write a value that is"


def _nearest(location: tuple[Any, ...], model: type[BaseModel]) -> str:
    known: list[str] = list(model.model_fields)
    for part in location[:-1]:
        field = model.model_fields[part].annotation if part in model.model_fields else None
        if isinstance(field, type) and issubclass(field, BaseModel):
            model, known = field, list(field.model_fields)
    guess = difflib.get_close_matches(str(location[-1]), known, n=1, cutoff=0.6)
    return f"did you mean {guess[0]}?" if guess else f"known here: {', '.join(known)}"


def _check_seeds(study: Study, path: Path, lines: Mapping[tuple[str, ...], tuple[int, str]]) -> None:
    runs, calibration = study.runs, study.calibration
    chosen_on = range(calibration.first_seed, calibration.first_seed + calibration.seeds)
    reported = range(runs.first_dataset_seed, runs.first_dataset_seed + runs.count)
    if max(chosen_on.start, reported.start) < min(chosen_on.stop, reported.stop):
        line = lines.get(("calibration", "first_seed"), (1, ""))[0]
        raise BadInputError(path, "a calibration seed is also reported", "keep the two ranges apart", line)


_TABLE = re.compile(r"^\s*\[\s*([^\[\]#]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\-\"']+)\s*=[^#]*(?:#\s*(.*))?$")


def _key_lines(text: str, values: Mapping[str, Any]) -> dict[tuple[str, ...], tuple[int, str]]:
    """Find the line and the trailing comment of each key in ``values``: tomllib keeps neither."""
    lines: dict[tuple[str, ...], tuple[int, str]] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _TABLE.match(line):
            table = _key_path(match[1])
            keys, comment = table, ""
        elif match := _KEY.match(line):
            keys, comment = table + _key_path(match[1]), (match[2] or "").strip()
        else:
            continue
        if _holds(values, keys):
            lines.setdefault(keys, (number, comment))
    return lines


def _key_path(dotted: str) -> tuple[str, ...]:
    """Return a TOML key's parts, escapes resolved; nothing where it is none, as within a text of several lines."""
    try:
        nested: Any = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    path = []
    while isinstance(nested, dict):
        ((key, nested),) = nested.items()
        path.append(key)
    return tuple(path)


def _holds(values: Any, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(values, dict) or key not in values:
            return False
        values = values[key]
    return bool(keys)
