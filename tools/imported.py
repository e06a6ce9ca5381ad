"""Print the files of installed packages that the study imports: what is worth compiling in an image."""

from __future__ import annotations

import importlib
import sys

PACKAGES = (
    "click",
    "hypothesis",
    "jinja2",
    "matplotlib.pyplot",
    "pandas",
    "pydantic",
    "pytest",
    "safetensors.numpy",
    "scipy.ndimage",
    "scipy.stats",
    "sklearn.metrics",
    "snorkel.classification",
    "snorkel.labeling",
    "snorkel.labeling.model",
    "tomlkit",
    "torch",
    "tqdm",
)

for package in PACKAGES:
    importlib.import_module(package)
files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
print(*sorted(name for name in files if name.endswith(".py") and name.startswith(sys.prefix)), sep="\n")
