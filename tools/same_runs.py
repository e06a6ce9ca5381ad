"""Show that the reported runs are those of an earlier commit to the last bit: votes, models, labels, accuracies.

    tools/same_runs.py [--commit 0817313] [--earlier RESULTS] [--results RESULTS]      exit 1 where one differs

Without --earlier the commit is checked out beside and its runs are done there, which takes as long as `make train`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors.numpy import load_file

ROOT = Path(__file__).resolve().parent.parent
SIDES = ("single_task", "multi_task")


def main() -> int:
    """Compare run by run; print a line each; return 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commit", default="0817313")
    parser.add_argument("--earlier", type=Path)
    parser.add_argument("--results", type=Path, default=ROOT / "results")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="same-runs-") as place:
        earlier = given.earlier or trained(given.commit, Path(place))
        runs = sorted((earlier / "runs").iterdir())
        different = [name for run in runs for name in compared(run, given.results)]
    print(f"{len(runs)} runs compared, {len(different)} differences")
    return 1 if different or not runs else 0


def trained(commit: str, place: Path) -> Path:
    """Do the runs of a commit that kept them as runs/NN, with this environment; return its results folder."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(place / "clone")], check=True)
    subprocess.run(["git", "-C", str(place / "clone"), "checkout", "-q", commit], check=True)
    subprocess.run([sys.executable, "-m", "artifact", "train"], cwd=place / "clone", check=True)
    return place / "clone" / "results"


def compared(run: Path, results: Path) -> list[str]:
    """Name what differs between an earlier run and the timed cell of the same seeds."""
    before = json.loads((run / "record.json").read_text(encoding="utf-8"))
    seeds = f"{before['seeds']['dataset']}-{before['seeds']['training']}"
    (folder,) = results.glob(f"cells/synthetic/*/study/timed+*/{seeds}")
    now = json.loads((folder / "record.json").read_text(encoding="utf-8"))["content"]
    same = {"data set": before["dataset_sha256"] == now["dataset_sha256"]}
    same |= {f"votes on {task}": now["votes_sha256"][task] == of for task, of in before["votes_sha256"].items()}
    for path in sorted(run.glob("*.safetensors")):
        ours, theirs = load_file(folder / path.name), load_file(path)
        same[path.stem] = ours.keys() == theirs.keys() and all(np.array_equal(ours[k], theirs[k]) for k in theirs)
    ours, theirs = (pd.read_csv(of / "series.csv") for of in (folder, run))
    for side in SIDES:
        for task, scores in before["scores"][side].items():
            column = f"{task}_{side}"
            same[f"labels {column}"] = np.array_equal(ours[column], theirs[column])
            same[f"accuracy {column}"] = now["scores"][side][task]["accuracy"] == scores["accuracy"]
    differs = [name for name, equal in same.items() if not equal]
    print(f"seeds {seeds}: {len(same) - len(differs)} of {len(same)} the same to the last bit {' '.join(differs)}")
    return differs


if __name__ == "__main__":
    sys.exit(main())
