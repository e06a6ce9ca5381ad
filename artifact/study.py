"""study.toml and variations.toml: every parameter of the study and what else might have been chosen, validated."""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError, model_validator

from artifact.errors import BadInputError, printable
from artifact.parameters import DatasetParameters, EngineParameters, Range, StrictModel, TraceParameters

Parameters = TypeVar("Parameters", bound=StrictModel)
Keys = tuple[str, ...]
Lines = Mapping[Keys, tuple[int, str]]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Tables = Annotated[dict[str, dict[str, Any]], Field(default_factory=dict)]
EXTENDS = "extends"
"""The key that names another study, of which this one is a change."""


class RunsParameters(StrictModel):
    """How often the study is repeated, on which seeds (run k: data-set seed and training seed + k), and with what."""

    count: Annotated[int, Field(ge=1, le=1000)]
    first_dataset_seed: Seed
    first_training_seed: Seed
    tasks: Annotated[tuple[str, ...], Field(min_length=1)]
    approaches: Annotated[tuple[str, ...], Field(min_length=1)]


class MultiverseParameters(StrictModel):
    """What varies together, by dotted name: ranges of numbers and choices among values; the seed of the design."""

    seed: Seed
    ranges: Annotated[dict[str, Range], Field(min_length=1)]
    choices: Annotated[dict[str, Annotated[tuple[Any, ...], Field(min_length=2)]], Field(default_factory=dict)]


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
    """The whole of study.toml; the tables of tasks, inputs and approaches are checked by each of them."""

    runs: RunsParameters
    trace: TraceParameters
    dataset: DatasetParameters
    engine: EngineParameters
    multiverse: MultiverseParameters
    calibration: CalibrationParameters
    tasks: Tables
    inputs: Tables
    approaches: Tables


class Variation(StrictModel):
    """A named change of the study: dotted parameters and their values, why, and the section that leaves them open.

    ``choice`` is what it chooses otherwise; the verdicts are tried under those that have one. ``instead`` puts an
    approach in the place of another.
    """

    name: str
    reason: Annotated[str, Field(min_length=1)]
    section: str
    choice: str = ""
    set: dict[str, Any] = Field(default_factory=dict)
    instead: dict[str, str] = Field(default_factory=dict)
    where: tuple[str, int] = ("", 1)

    @model_validator(mode="after")
    def _changes_something(self) -> Variation:
        if not self.set and not self.instead:
            raise ValueError("a variation needs a table `set`, or one `instead`")
        return self

    @property
    def of_the_engine(self) -> bool:
        """Whether it changes how numbers are worked out, thus times and nothing else."""
        return bool(self.set) and all(name.startswith("engine.") for name in self.set)


@dataclass(frozen=True)
class StudyFile:
    """A study together with the lines it was read from, so that an error or a reader can be sent there.

    ``lines`` maps the path of a key, as in ("trace", "sigma"), to its line number and its comment;
    ``values`` is the file as it was read, ``variations`` the named changes that there are. ``base`` is the study that
    it extends, if it does: what the file does not say is as there.
    """

    path: Path
    study: Study
    lines: Lines
    values: Mapping[str, Any]
    variations: Mapping[str, Variation] = field(default_factory=dict)
    base: StudyFile | None = None

    def check(self, model: type[Parameters], table: Keys, values: Mapping[str, Any]) -> Parameters:
        """Validate one table with ``model``; a wrong key or value is a BadInputError that names its line."""
        return _validated(model, values, self.path, self.lines, table)

    def line(self, *keys: str) -> int:
        """Return the line of a key, or of the nearest table around it."""
        known = [keys[:n] for n in range(len(keys), 0, -1) if keys[:n] in self.lines]
        return self.lines[known[0]][0] if known else 1

    def value(self, dotted: str) -> Any:
        """Return the value of a parameter by its dotted name; an unknown one is a BadInputError."""
        try:
            return _at(self.study.model_dump(mode="json"), tuple(dotted.split(".")))
        except KeyError:
            raise BadInputError(self.path, f"no parameter {dotted}", "name one of this study") from None

    def with_values(self, changes: Mapping[str, Any]) -> StudyFile:
        """Return the same study with parameters set to other values, checked as if they stood in the file."""
        values = self.study.model_dump(mode="json")
        for dotted, value in changes.items():
            *table, key = dotted.split(".")
            try:
                _at(values, tuple(table))[key] = value
            except (KeyError, TypeError):
                raise BadInputError(self.path, f"no parameter {dotted}", "name one of this study") from None
        study = _validated(Study, values, self.path, self.lines, ())
        _check_seeds(study, self.path, self.lines)
        return dataclasses.replace(self, study=study)

    def varied(self, name: str) -> Variation:
        """Return a variation by its name."""
        if name not in self.variations:
            problem = f"no variation {name!r}"
            raise BadInputError("variations.toml", problem, f"name one of {', '.join(self.variations)}")
        return self.variations[name]


def read_study(path: Path, *variations: Path) -> StudyFile:
    """Read and validate a study, and what files of variations offer for it, a later one first.

    A file that begins with ``extends = "study.toml"``, a path from its own folder, holds what is other than there.
    Anything wrong is a BadInputError naming file, line and remedy.
    """
    text, values = _toml(path, "STUDY=")
    lines = _key_lines(text)
    base = _extended(path, values.pop(EXTENDS), lines.pop((EXTENDS,))[0]) if EXTENDS in values else None
    study = _validated(Study, _over(base.values, values) if base else values, path, lines, ())
    _check_seeds(study, path, lines)
    offered = {name: of for file in variations for name, of in read_variations(file).items()}
    return StudyFile(path, study, lines, values, offered, base)


def _extended(path: Path, extends: Any, line: int) -> StudyFile:
    if not isinstance(extends, str):
        raise BadInputError(path, f"{EXTENDS} = {extends!r} is no path", f'write {EXTENDS} = "study.toml"', line)
    base = path.parent / extends
    _, values = _toml(base, f"{EXTENDS} =")
    if EXTENDS in values:
        raise BadInputError(path, f"{extends} extends another study itself", "extend that one", line)
    return read_study(base)


def _over(base: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables with the keys of others put over theirs, tables within tables likewise."""
    merged = dict(base)
    for key, value in values.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _over(merged[key], value) if both else value
    return merged


def read_variations(path: Path) -> dict[str, Variation]:
    """Read and validate the named changes; anything wrong is a BadInputError naming file, line and remedy."""
    text, values = _toml(path, "variations.toml")
    lines, found = _key_lines(text), {}
    for name, table in values.items():
        written = {"name": name, **table} if isinstance(table, dict) else {"name": name, "set": table}
        where = (printable(str(path)), lines.get((name,), (1, ""))[0])
        found[name] = _validated(Variation, {**written, "where": where}, path, lines, (name,))
    return found


def parameter_lines(file: StudyFile) -> list[dict[str, Any]]:
    """List every parameter with its value and the source that is noted beside it in the file."""
    listed = {of["name"]: of for of in parameter_lines(file.base)} if file.base else {}
    for keys, (line, comment) in file.lines.items():
        value, name = _at(file.values, keys), ".".join(keys)
        if not isinstance(value, dict) or comment:
            listed[name] = {"name": name, "value": value, "source": comment, "line": line}
    return list(listed.values())


def _toml(path: Path, name: str) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise BadInputError(path, f"cannot be read ({error})", f"name a readable study with {name}") from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        number = int(line[1]) if line else text.count("\n") + 1
        raise BadInputError(path, f"no valid TOML ({error})", "mend this line", number) from None
    except ValueError as error:  # a number of thousands of digits
        raise BadInputError(path, f"no valid TOML ({error})", "write numbers that fit") from None
    except RecursionError:
        raise BadInputError(path, "nested too deeply", "write one table per section") from None


def _validated(model: type[Parameters], values: Mapping[str, Any], path: Path, lines: Lines, table: Keys) -> Parameters:
    try:
        # As JSON, lists are what tuples are written as, and nothing else is converted.
        return model.model_validate_json(json.dumps(values, default=str), strict=True)
    except ValidationError as error:
        keys, problem, remedy = first_problem(error, model, table)
        known = tuple(key for key in lines if keys[: len(key)] == key)
        # A table that is only written with a table in it has no line of its own.
        within = (line for key, (line, _) in lines.items() if key[: len(keys)] == keys)
        number = lines[max(known, key=len)][0] if known else min(within, default=1)
        raise BadInputError(path, problem, remedy, number) from None


def first_problem(error: ValidationError, model: type[BaseModel], table: Keys) -> tuple[Keys, str, str]:
    """Return the key that is wrong in a table, what is wrong with it, and the remedy."""
    # A misspelt key is an unknown one and a missing one; the unknown one has a line. A file without whole tables was
    # meant to extend another: to ask for one key after the other would lead nowhere.
    first = min(
        error.errors(include_url=False),
        key=lambda found: (found["type"] != "extra_forbidden", not _lacks_table(model, found)),
    )
    keys = table + tuple(str(part) for part in first["loc"])
    return keys, *_said(first, keys, model)


def _lacks_table(model: type[BaseModel], error: Any) -> bool:
    return model is Study and error["type"] == "missing" and len(error["loc"]) == 1


def _said(error: Any, keys: Keys, model: type[BaseModel]) -> tuple[str, str]:
    name = ".".join(keys)
    if error["type"] == "extra_forbidden":
        return f"unknown key {name}", _nearest(error["loc"], model)
    if _lacks_table(model, error):
        return f"table [{name}] is missing", f'begin the file with {EXTENDS} = "study.toml", the study that has it'
    if error["type"] == "missing":
        return f"key {name} is missing", "add it, with the source of its value as a comment"
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


def _check_seeds(study: Study, path: Path, lines: Lines) -> None:
    runs, calibration = study.runs, study.calibration
    chosen_on = range(calibration.first_seed, calibration.first_seed + calibration.seeds)
    reported = range(runs.first_dataset_seed, runs.first_dataset_seed + runs.count)
    if max(chosen_on.start, reported.start) < min(chosen_on.stop, reported.stop):
        line = lines.get(("calibration", "first_seed"), (1, ""))[0]
        raise BadInputError(path, "a calibration seed is also reported", "keep the two ranges apart", line)


def _key_lines(text: str) -> dict[Keys, tuple[int, str]]:
    """Find the line and the trailing comment of each key: tomllib keeps neither, tomlkit keeps all but the number."""
    import tomlkit

    lines: dict[Keys, tuple[int, str]] = {}
    _walk(tomlkit.parse(text), (), 1, lines)
    return lines


def _walk(table: Any, path: Keys, line: int, lines: dict[Keys, tuple[int, str]]) -> int:
    """Note each key of a tomlkit container that begins at ``line``; return the line behind it."""
    from tomlkit.items import AoT, Table

    for key, item in getattr(table, "body", table):
        if key is None:
            line += item.as_string().count("\n")
            continue
        keys = (*path, key.key)
        comment = item.trivia.comment.lstrip("# ").strip()
        if isinstance(item, AoT):
            for one in item.body:
                line = _walk(one.value, keys, line + 1, lines)
        elif isinstance(item, Table):
            if not item.is_super_table():
                line += item.trivia.indent.count("\n")
                lines.setdefault(keys, (line, comment))
                line += 1
            line = _walk(item.value, keys, line, lines)
        else:
            lines.setdefault(keys, (line, comment))
            line += (item.as_string() + item.trivia.trail).count("\n")
    return line


def _at(values: Any, keys: Keys) -> Any:
    """Return what stands at a path of keys; KeyError where the tables end before."""
    for key in keys:
        if not isinstance(values, dict):
            raise KeyError(key)
        values = values[key]
    return values
