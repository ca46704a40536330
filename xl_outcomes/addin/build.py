"""Builds the Excel add-in from its sources: the ribbon, the VBA and the icons.

Needs pyOpenVBA, which nothing else here does: the add-in that it makes is part of the package.
"""

import io
import tempfile
import zipfile
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from lxml import etree

from xl_outcomes.errors import InputError
from xl_outcomes.reporting.registry import reports

PYOPENVBA = "6.5.0"
ADDIN = Path(__file__).with_name("xl_outcomes.xlam")

_HERE = Path(__file__).parent
_REPORTS = _HERE / "vba" / "Reports.bas"
_DATE = (1980, 1, 1, 0, 0, 0)
_RIBBON = "customUI/customUI14.xml"
_RIBBON_PICTURES = "customUI/_rels/customUI14.xml.rels"
_CONTENT_TYPES = "[Content_Types].xml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
# The relationship of 2007 goes with the ribbon's namespace of 2009; Excel ignores any other pair.
_RIBBON_KIND = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
_PICTURE_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
# Excel shows title and description in its list of add-ins; the model that pyOpenVBA copies carries a person's name.
_CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>xl-outcomes</dc:title>"
    "<dc:description>Outcomes frameworks for councils: the Outcomes tab.</dc:description></cp:coreProperties>"
)

Parts = dict[str, bytes]


def build(target: Path | None = None) -> Path:
    """The add-in, written to `target` or else into the package, where the module of reports is then made anew too.

    The same sources give the same bytes on any computer. Raises InputError where pyOpenVBA is missing or
    another version, an icon is missing, or the file cannot be written.
    """
    path = target or ADDIN
    parts = _with_ribbon(_macro_parts(sources()), ribbon(), _icons(ribbon()))
    parts["docProps/core.xml"] = _CORE.encode()
    try:
        path.write_bytes(_zipped(parts))
        if target is None:
            _REPORTS.write_text(reports_module(), encoding="ascii", newline="\n")
    except OSError as error:
        raise InputError(f"The add-in cannot be written to {path}: {error.strerror}.", "Close Excel first.") from error
    return path


def sources() -> dict[str, str]:
    """The VBA of each module by its name; lines end with a line feed, and the module of reports is made anew."""
    files = sorted(_HERE.glob("vba/*.bas")) + sorted(_HERE.glob("vba/*.cls"))
    return {file.stem: file.read_text(encoding="ascii") for file in files} | {"Reports": reports_module()}


def reports_module() -> str:
    """The VBA module that lists every report of the registry, as vba/Reports.bas holds it."""
    names = [(str(n), kind.name) for n, kind in enumerate(reports(), 1)]
    titles = [(str(n), kind.title) for n, kind in enumerate(reports(), 1)]
    head = (
        'Attribute VB_Name = "Reports"',
        "Option Explicit",
        "' The reports that there are. build.py writes this from xl_outcomes/reporting/registry.py: change them there.",
        "",
        "Public Function ReportCount() As Long",
        f"    ReportCount = {len(names)}",
        "End Function",
    )
    return "\n".join((*head, *_lookup("ReportName", names), *_lookup("ReportTitle", titles), ""))


def ribbon() -> bytes:
    """The ribbon's XML as it goes into the add-in."""
    return (_HERE / "ribbon.xml").read_bytes().replace(b"\r\n", b"\n")


def _lookup(function: str, cases: list[tuple[str, str]]) -> list[str]:
    lines = [f"        Case {number}: {function} = {_vba_text(text)}" for number, text in cases]
    body = ["    Select Case number", *lines, "    End Select"] if lines else []
    return ["", f"Public Function {function}(ByVal number As Long) As String", *body, "End Function"]


def _vba_text(text: str) -> str:
    """A VBA expression for a text: VBA's sources hold one code page, so other characters go in by number."""
    pieces = [c if c.isascii() and c.isprintable() else f'" & {_by_number(c)} & "' for c in text.replace('"', '""')]
    return f'"{"".join(pieces)}"'


def _by_number(character: str) -> str:
    units = character.encode("utf-16-be")
    return " & ".join(f"ChrW$(&H{units[n : n + 2].hex().upper()})" for n in range(0, len(units), 2))


def _macro_parts(modules: Mapping[str, str]) -> Parts:
    """The parts of an add-in that holds these modules, as pyOpenVBA makes it."""
    _demand_pyopenvba()
    from pyopenvba import ExcelFile, VBAModuleKind

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.xlam"
        with ExcelFile.create_new(path) as book:
            project = book.vba_project()
            project.delete_module("Module1")
            for name, text in modules.items():
                kind = VBAModuleKind.standard if text.startswith("Attribute VB_Name") else VBAModuleKind.other
                project.add_module(name, text.replace("\n", "\r\n"), kind=kind)
            book.save()
            if problems := book.validate():
                raise InputError(f"The VBA of the add-in is not sound: {problems[0]}.", "Correct its module.")
        with zipfile.ZipFile(path) as package:
            return {name: package.read(name) for name in package.namelist()}


def _demand_pyopenvba() -> None:
    fix = f"Run: pip install pyOpenVBA=={PYOPENVBA}"
    try:
        version = metadata.version("pyOpenVBA")
    except metadata.PackageNotFoundError:
        raise InputError("The add-in cannot be built: pyOpenVBA is not installed.", fix) from None
    if version != PYOPENVBA:
        raise InputError(f"The add-in cannot be built with pyOpenVBA {version}: another gives other bytes.", fix)


def _icons(xml: bytes) -> Parts:
    """The picture of each icon that the ribbon names."""
    names = {element.get("image") for element in etree.fromstring(xml, _PARSER).iter(etree.Element)}
    return {name: _icon(name) for name in sorted(name for name in names if name)}


def _icon(name: str) -> bytes:
    path = _HERE / "icons" / f"{name}-64.png"
    try:
        return path.read_bytes()
    except OSError:
        raise InputError(f'The ribbon\'s icon "{name}" is missing: {path}.', "Draw it first.") from None


def _with_ribbon(parts: Parts, xml: bytes, icons: Parts) -> Parts:
    pictures = etree.fromstring(f'<Relationships xmlns="{_PACKAGE}/relationships"/>', _PARSER)
    for name in icons:
        # What the ribbon calls image="..." is the id of a relationship.
        _relate(pictures, name, _PICTURE_KIND, f"images/{name}.png")
    package = etree.fromstring(parts["_rels/.rels"], _PARSER)
    _relate(package, "ribbon", _RIBBON_KIND, _RIBBON)
    types = etree.fromstring(parts[_CONTENT_TYPES], _PARSER)
    types.insert(0, etree.Element(f"{{{_PACKAGE}/content-types}}Default", Extension="png", ContentType="image/png"))
    added = {f"customUI/images/{name}.png": data for name, data in icons.items()}
    changed = {_RIBBON_PICTURES: pictures, "_rels/.rels": package, _CONTENT_TYPES: types}
    return {**parts, **added, _RIBBON: xml, **{name: _xml(root) for name, root in changed.items()}}


def _relate(relationships: etree._Element, name: str, kind: str, target: str) -> None:
    tag = f"{{{_PACKAGE}/relationships}}Relationship"
    etree.SubElement(relationships, tag, Id=name, Type=kind, Target=target)


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _zipped(parts: Parts) -> bytes:
    """A package whose bytes depend on its parts alone: no clock, no system, and stored, since zlibs differ."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for name in sorted(parts, key=lambda name: (name != _CONTENT_TYPES, name)):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 0
            package.writestr(entry, parts[name])
    return out.getvalue()
