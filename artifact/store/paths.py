"""Where everything lies, in one place."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STUDY = ROOT / "study.toml"
VARIATIONS = ROOT / "variations.toml"
TABLE1 = ROOT / "paper_tables" / "table1.csv"
RATES = ROOT / "paper_tables" / "rates.csv"
CLAIMS = ROOT / "paper_tables" / "claims.toml"
EXPECTED = ROOT / "paper_tables" / "expected.toml"
REVISION = ROOT / "REVISION"
LOCKS = ROOT / "requirements"
DATA = ROOT / "data"
REFERENCE = DATA / "reference.json"
GOLDEN = DATA / "STAGES.golden"
LINES = DATA / "lines"


@dataclass(frozen=True)
class ResultPaths:
    """The files below one results folder."""

    folder: Path

    @property
    def lock(self) -> Path:
        """Held while a command writes here."""
        return self.folder / ".lock"

    @property
    def steps(self) -> Path:
        """How long each step took last time."""
        return self.folder / ".steps.json"

    @property
    def results(self) -> Path:
        """The one source of report, verdicts and tests."""
        return self.folder / "results.json"

    @property
    def report(self) -> Path:
        """The page."""
        return self.folder / "report.html"

    @property
    def rendered(self) -> Path:
        """What decided the page and the pictures as they stand."""
        return self.folder / "rendered.json"

    @property
    def table1(self) -> Path:
        """Table 1, published and reproduced."""
        return self.folder / "table1.csv"

    @property
    def accuracies(self) -> Path:
        """Table 1 as a picture."""
        return self.folder / "table1.svg"

    @property
    def bench(self) -> Path:
        """How fast it was, beside its references."""
        return self.folder / "bench.json"

    @property
    def changes(self) -> Path:
        """How well change points were found, as a table."""
        return self.folder / "changes.csv"

    def figure(self, number: int) -> Path:
        """Return a figure of the paper, as SVG."""
        return self.folder / f"figure{number}.svg"

    def answer(self, question: str) -> Path:
        """Return the kept answer to a question of the audit."""
        return self.folder / "audit" / f"{question}.json"

    def cell(self, base: str, tasks: Sequence[str], variation: str, approaches: Sequence[str], seeds: str) -> CellPaths:
        """Return the folder of a cell: cells/BASE/TASKS/VARIATION/APPROACHES/SEEDS."""
        parts = (base, "+".join(tasks), variation, "+".join(approaches), seeds)
        return CellPaths(self.folder.joinpath("cells", *map(_short, parts)))

    def written(self) -> list[Path]:
        """Return every folder below this one that results are written to."""
        return [self.folder, self.folder / "audit", *self.folder.glob("cells/*/*/*/*/*")]


@dataclass(frozen=True)
class CellPaths:
    """The files of one cell; ``record`` is written last, so that a cell with a record is whole."""

    folder: Path

    @property
    def record(self) -> Path:
        """Seeds, scores, times, and the manifest of everything that decided them."""
        return self.folder / "record.json"

    @property
    def series(self) -> Path:
        """Every ping with its gold labels and each approach's labels."""
        return self.folder / "series.csv"

    def fitted(self, approach: str, part: str) -> Path:
        """Return what was fitted by an approach to one task, or to all at once."""
        name = approach if part == "all" else f"{approach}_{part}"
        return self.folder / f"{name}.safetensors"


def _short(name: str) -> str:
    """Cut a name that no file system would take, its checksum in place of the rest."""
    return name if len(name) <= 200 else f"{name[:180]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
