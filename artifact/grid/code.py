"""What code decides a cell: the modules of its plug-ins, and whatever these import, down to libraries by version."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import platform
import sysconfig
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from artifact.store.paths import ROOT


def code_and_versions(roots: Iterable[str]) -> dict[str, str]:
    """Return the manifest's part of all code behind the given modules: a checksum per file, a version per library.

    Comments, docstrings and layout do not count. What Python itself ships is told by Python's version. A package that
    one of the given modules is in is told by its code even where it is installed: a plug-in changes without a release.
    """
    roots = list(roots)
    own = {name.partition(".")[0] for name in roots}
    found = {"version of Python": platform.python_version()}
    waiting, seen = [*roots], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        top, _, below = name.partition(".")
        path = _source(top)
        if path is not None and (library := _library(path)) and not (library == "site" and top in own):
            # Looking for what lies below would import the library.
            found |= {f"version of {top}": _version(top)} if library == "site" else {}
            continue
        path = _source(name) if below else path
        if path is None:
            continue
        checksum, imported = _read(path, name)
        found[f"code of {_shown(path)}"] = checksum
        waiting += [*imported, *([name.rpartition(".")[0]] if below else [])]
    return dict(sorted(found.items()))


@cache
def _source(module: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.has_location else None


@cache
def _folders() -> tuple[tuple[str, Path], ...]:
    # site-packages lies within the standard library's folder, so it is asked for first.
    keys = (("site", "purelib"), ("site", "platlib"), ("stdlib", "stdlib"), ("stdlib", "platstdlib"))
    return tuple((kind, Path(sysconfig.get_path(key)).resolve()) for kind, key in keys)


@cache
def _library(path: Path) -> str:
    """Return "site" for an installed library, "stdlib" for Python's own, nothing for source that is somebody's."""
    found = [kind for kind, folder in _folders() if path.resolve().is_relative_to(folder)]
    return found[0] if found else ""


@cache
def _version(top: str) -> str:
    try:
        return metadata.version(top)
    except metadata.PackageNotFoundError:
        names = metadata.packages_distributions().get(top, [])
        return metadata.version(names[0]) if names else "unknown"


@cache
def _read(path: Path, module: str) -> tuple[str, tuple[str, ...]]:
    """Return a file's checksum and the names of all modules that it may import, lazily or not (compiled: none)."""
    if path.suffix != ".py":
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16], ()
    tree = ast.parse(path.read_bytes())
    imported = tuple(dict.fromkeys(_imports(tree, module, path.name == "__init__.py")))
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            # Docstrings, of constants too.
            node.body = [one for one in body if not _is_text(one)]  # type: ignore[attr-defined]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:16], imported


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _imports(tree: ast.AST, module: str, is_package: bool) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from _imports(ast.Module(node.orelse, []), module, is_package)
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.split(".") if is_package else module.split(".")[:-1]
            parents = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield base
            # What is imported from a package may be one of its modules.
            yield from (f"{base}.{alias.name}" for alias in node.names)
        yield from _imports(node, module, is_package)


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
