"""The house's rules: which folder may import which, no module too long, Datasette's package never shadowed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GROUND_FLOOR = {"data.records", "data.gazetteer", "data.errors", "data.files"}
OURS = ("commands", "crawler", "nlp", "data", "tracker")


def modules(folder: str) -> list[Path]:
    return sorted(p for p in (ROOT / folder).rglob("*.py") if "var" not in p.relative_to(ROOT).parts)


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            package = node.module
            names |= {f"{package}.{alias.name}" for alias in node.names} if package in OURS else {package}
    return {name for name in names if name.split(".")[0] in OURS}


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [("crawler", ("crawler",)), ("nlp", ("nlp",)), ("data", ("data",))],
)
def test_a_folder_imports_only_itself_and_the_ground_floor(folder, allowed):
    for path in modules(folder):
        strangers = {n for n in imported(path) if n.split(".")[0] not in allowed and n not in GROUND_FLOOR}
        assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"


def test_the_ground_floor_stands_on_nothing():
    assert imported(ROOT / "data" / "records.py") == set()


@pytest.mark.parametrize("folder", ["commands", "crawler", "nlp", "data", "datasette", "tests"])
def test_no_module_is_too_long(folder):
    for path in modules(folder):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 420, path.relative_to(ROOT)


def test_import_datasette_from_the_root_finds_the_package():
    code = "import datasette, datasette.app; print(datasette.__file__, datasette.app.Datasette.__name__)"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "site-packages" in out
    assert "Datasette" in out
    assert not list((ROOT / "datasette").glob("__init__.py"))
    assert not (ROOT / "datasette.py").exists()


def test_nothing_happens_on_import_and_help_loads_no_heavy_module():
    code = "import sys, tracker; print([m for m in ('spacy', 'scrapy', 'datasette.app', 'rich') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
