"""Where everything lies, in one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUDY = ROOT / "study.toml"
BEST_STUDY = ROOT / "study.best.toml"
TABLE1 = ROOT / "paper_tables" / "table1.csv"
RATES = ROOT / "paper_tables" / "rates.csv"
CLAIMS = ROOT / "paper_tables" / "claims.toml"
LOCKS = ROOT / "requirements"
DATA = ROOT / "data"
GOLDEN = DATA / "STAGES.golden"


@dataclass(frozen=True)
class ResultPaths:
    """The files below one results folder."""

    folder: Path

    @property
    def lock(self) -> Path:
        """Held while a command writes here."""
        return self.folder / ".lock"

    @property
    def results(self) -> Path:
        """The one source of report, verdicts and tests."""
        return self.folder / "results.json"

    @property
    def report(self) -> Path:
        """The page."""
        return self.folder / "report.html"

    @property
    def table1(self) -> Path:
        """Table 1, published and reproduced."""
        return self.folder / "table1.csv"

    @property
    def accuracies(self) -> Path:
        """Table 1 as a picture."""
        return self.folder / "table1.svg"

    def figure(self, number: int) -> Path:
        """Return a figure of the paper, as SVG."""
        return self.folder / f"figure{number}.svg"

    def answer(self, question: str) -> Path:
        """Return the kept answer to a question of the audit."""
        return self.folder / "audit" / f"{question}.json"

    def world(self, fingerprint: str) -> Path:
        """Return the kept result of one world of the multiverse."""
        return self.folder / "audit" / "worlds" / f"{fingerprint}.json"

    def written(self) -> list[Path]:
        """Return every folder below this one that results are written to."""
        return [self.folder, self.folder / "audit", self.folder / "audit" / "worlds", *self.folder.glob("runs/*")]

    def run(self, number: int) -> RunPaths:
        """Return the folder of one run."""
        return RunPaths(self.folder / "runs" / f"{number:02}")


@dataclass(frozen=True)
class RunPaths:
    """The files of one run; ``record`` is written last, so that a run with a record is whole."""

    folder: Path

    @property
    def record(self) -> Path:
        """Seeds, scores, times and the fingerprint of everything that decided them."""
        return self.folder / "record.json"

    @property
    def series(self) -> Path:
        """Every ping with its gold labels and each approach's labels."""
        return self.folder / "series.csv"

    @property
    def multi_task(self) -> Path:
        """The trained multi-task network."""
        return self.folder / "multi_task.safetensors"

    def outputs(self, tasks: Iterable[str]) -> list[Path]:
        """Return every file but the record."""
        return [self.series, self.multi_task, *map(self.single_task, tasks)]

    def single_task(self, task: str) -> Path:
        """Return the trained label model of one task."""
        return self.folder / f"single_task_{task}.safetensors"
