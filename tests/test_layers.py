"""What may import what: the core has no files, no clock and no edge; nothing runs in a circle or grows too long."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import xl_outcomes

PACKAGE = Path(xl_outcomes.__file__).parent
EDGES = (
    "adopting",
    "cli",
    "cli_exports",
    "cli_framework",
    "cli_options",
    "cli_reports",
    "report_commands",
    "template_check",
    "templates_page",
    "pdf",
    "framework_commands",
    "commands",
    "deliver",
    "new_files",
    "originals",
    "house_file",
    "word_style",
    "word_keys",
    "refresh",
    "word_sources",
    "output",
    "console",
    "word_files",
    "files",
    "resources",
    "starters",
    "word",
    "archive",
    "batch",
    "cluster",
    "checking",
    "reporting.charts",
    "reporting.trend_charts",
    "reporting.roadmap_chart",
    "reporting.theory_picture",
    "reporting.benchmark_charts",
    "reporting.corner_charts",
    "reporting.trend_charts",
    "reporting.roadmap_chart",
    "reporting.picture",
    "thread_file",
    "benchmark_file",
    "export_file",
    "export_folder",
)
EDGE_PACKAGES = ("demo", "workbook", "addin", "accessibility", "refresh")
CORE_WITHIN = ("workbook.cell_types",)
OUTSIDE = {
    "pathlib",
    "os",
    "io",
    "openpyxl",
    "xlsxwriter",
    "docx",
    "docxtpl",
    "lxml",
    "zipfile",
    "xlwings",
    "subprocess",
}
CLOCKS = {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time"}
LONGEST_MODULE, LONGEST_FUNCTION = 450, 45


@cache
def _modules() -> dict[str, Path]:
    """The modules of the package by their name inside it; a package has the name of its folder."""
    files = {file.relative_to(PACKAGE).with_suffix("").parts: file for file in PACKAGE.rglob("*.py")}
    return {".".join(parts[:-1] if parts[-1] == "__init__" else parts): file for parts, file in files.items()}


@cache
def _tree(name: str) -> ast.Module:
    return ast.parse(_modules()[name].read_text(encoding="utf-8"))


NAMES = sorted(_modules())


def _is_edge(name: str) -> bool:
    inside = any(name.startswith(f"{package}.") for package in EDGE_PACKAGES)
    return name in EDGES or (inside and name not in CORE_WITHIN)


CORE = [name for name in NAMES if not _is_edge(name) and name not in EDGE_PACKAGES]


@pytest.mark.parametrize("name", CORE)
def test_a_core_module_never_imports_an_edge(name: str) -> None:
    assert [other for other in _own_imports(name) if _is_edge(other)] == []


@pytest.mark.parametrize("name", CORE)
def test_a_core_module_has_no_files_no_programs_and_no_clock(name: str) -> None:
    imported = {full.partition(".")[0] for full in _imports(_tree(name))} & OUTSIDE
    called = {_dotted(node.func) for node in ast.walk(_tree(name)) if isinstance(node, ast.Call)}
    clocks = {c for c in called if ".".join(c.split(".")[-2:]) in CLOCKS}
    assert (imported, called & {"open", "input", "print"}, clocks) == (set(), set(), set())


def test_no_module_imports_in_a_circle() -> None:
    above = {name: set(_own_imports(name)) - {name} for name in NAMES}
    while free := [name for name, needs in above.items() if not needs & above.keys()]:
        above = {name: needs for name, needs in above.items() if name not in free}
    assert above == {}


@pytest.mark.parametrize("name", NAMES)
def test_no_module_and_no_function_is_too_long(name: str) -> None:
    lines = len(_modules()[name].read_text(encoding="utf-8").splitlines())
    functions = (n for n in ast.walk(_tree(name)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = {f.name: (f.end_lineno or f.lineno) - f.lineno + 1 for f in functions}
    assert lines <= LONGEST_MODULE
    assert {f: n for f, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_the_core_is_found() -> None:
    assert {"exact", "tables", "quarter", "returns.checks", "reporting.facts", "workbook.cell_types"} <= set(CORE)
    assert not {"cli", "workbook.file", "reporting.charts", "demo.year"} & set(CORE)
    assert "tables" in _own_imports("quarter")
    assert "workbook.cell_types" in _own_imports("tables")


def _own_imports(name: str) -> Iterator[str]:
    """The modules of this package that a module imports, also inside functions (not for types only)."""
    modules = _modules()
    found = {full.removeprefix("xl_outcomes.") for full in _imports(_tree(name)) if full.startswith("xl_outcomes.")}
    for full in sorted(found):
        owner = full if full in modules else full.rpartition(".")[0]
        if owner in modules and owner:
            yield owner


def _imports(node: ast.AST) -> Iterator[str]:
    """Full names of what is imported: the module, or the module and the name taken from it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute here"
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif not (isinstance(child, ast.If) and _dotted(child.test).endswith("TYPE_CHECKING")):
            yield from _imports(child)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
