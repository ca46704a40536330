"""The committed add-in is what its sources make, to the byte, and a sound package."""

import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from lxml import etree

from tests.addin_vba import controls, excel, folder, need_pyopenvba
from tests.conftest import Validate
from xl_outcomes.addin import build
from xl_outcomes.errors import InputError
from xl_outcomes.reporting.registry import ReportKind

PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_pyopenvba()
    return build.build(tmp_path_factory.mktemp("built") / "fresh.xlam")


@pytest.fixture(scope="module")
def parts() -> dict[str, bytes]:
    with zipfile.ZipFile(build.ADDIN) as package:
        assert package.testzip() is None
        return {name: package.read(name) for name in package.namelist()}


def test_two_builds_are_the_same(fresh: Path, tmp_path: Path) -> None:
    assert build.build(tmp_path / "again.xlam").read_bytes() == fresh.read_bytes()


def test_the_committed_add_in_is_what_its_sources_make(fresh: Path) -> None:
    same = build.ADDIN.read_bytes() == fresh.read_bytes()
    assert same, "Its sources have changed: run xl-outcomes addin build and commit the file."


def test_the_package_is_sound(validator: Validate) -> None:
    assert validator(build.ADDIN) == []


def test_the_package_carries_no_clock_and_no_system() -> None:
    with zipfile.ZipFile(build.ADDIN) as package:
        infos = package.infolist()
    assert {(i.date_time, i.create_system, i.compress_type) for i in infos} == {((1980, 1, 1, 0, 0, 0), 0, 0)}
    assert infos[0].filename == "[Content_Types].xml"


def test_the_ribbon_is_related_as_its_namespace_wants(parts: dict[str, bytes]) -> None:
    related = {r.get("Type"): r.get("Target") for r in etree.fromstring(parts["_rels/.rels"], PARSER)}
    kind = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
    assert related[kind] == "customUI/customUI14.xml"
    assert not [name for name in related if "2006/relationships/ui" in str(name)]
    assert parts["customUI/customUI14.xml"] == build.ribbon()
    root = etree.QName(etree.fromstring(build.ribbon(), PARSER))
    assert root.text == "{http://schemas.microsoft.com/office/2009/07/customui}customUI"


def test_every_image_of_the_ribbon_is_a_picture_of_the_package(parts: dict[str, bytes]) -> None:
    relations = etree.fromstring(parts["customUI/_rels/customUI14.xml.rels"], PARSER)
    pictures = {r.get("Id"): parts[f"customUI/{r.get('Target')}"] for r in relations}
    assert {e.get("image") for e in controls() if e.get("image")} == set(pictures)
    for name, data in pictures.items():
        assert data == (folder() / "icons" / f"{name}-64.png").read_bytes()
        assert data.startswith(b"\x89PNG")


def test_the_modules_in_the_package_are_the_sources() -> None:
    need_pyopenvba()
    from pyopenvba import ExcelFile

    with ExcelFile(build.ADDIN) as book:
        held = {m.name: m.source.replace("\r\n", "\n") for m in book.vba_project().modules}
        references = [r.name for r in book.references()]
    assert set(held) == {"ThisWorkbook", "Sheet1", *build.sources()}
    for name, text in build.sources().items():
        assert held[name].endswith(text), name
    assert not [line for name in ("ThisWorkbook", "Sheet1") for line in held[name].splitlines() if _is_code(line)]
    assert references == ["stdole", "Office"]


def test_the_properties_name_the_add_in_and_nobody(parts: dict[str, bytes]) -> None:
    root = etree.fromstring(parts["docProps/core.xml"], PARSER)
    assert {etree.QName(e).localname: e.text for e in root} == {
        "title": "xl-outcomes",
        "description": "Outcomes frameworks for councils: the Outcomes tab.",
    }
    whole = b"".join(parts.values())
    assert not [word for word in (b"William", b"Users\\", b"/home/", b"/work/") if word in whole]


def test_an_icon_that_is_missing_stops_the_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    need_pyopenvba()
    xml = build.ribbon().replace(b'"thread"', b'"yarn"')
    monkeypatch.setattr(build, "ribbon", lambda: xml)
    with pytest.raises(InputError, match=r'icon "yarn" is missing: .*yarn-64.png'):
        build.build(tmp_path / "none.xlam")
    assert list(tmp_path.iterdir()) == []


def test_another_pyopenvba_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: "6.5.1")
    with pytest.raises(InputError, match=r"pyOpenVBA 6.5.1.* pip install pyOpenVBA==6.5.0"):
        build.build(tmp_path / "none.xlam")


def test_no_pyopenvba_is_said_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(InputError, match=r"pyOpenVBA is not installed. Run: pip install pyOpenVBA==6.5.0"):
        build.build(tmp_path / "none.xlam")


def test_a_place_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    need_pyopenvba()
    with pytest.raises(InputError, match="cannot be written to"):
        build.build(tmp_path / "no such folder" / "x.xlam")


TITLES = ('A "quoted" title', "Ends – with £ & é", "Emoji 🟢", "x" * 200, "")


def test_any_title_of_a_report_reads_the_same_in_vba(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = tuple(ReportKind(f"report-{n}", title, "") for n, title in enumerate(TITLES, 1))
    monkeypatch.setattr(build, "reports", lambda: kinds)
    office = excel(monkeypatch)
    held = [office.app.run("ReportTitle", n) for n in range(1, int(office.app.run("ReportCount")) + 1)]
    assert tuple(t.encode("utf-16", "surrogatepass").decode("utf-16") for t in held) == TITLES
    assert office.app.run("ReportName", 3) == "report-3"
    menu = etree.fromstring(office.app.run("ReportMenu").encode("utf-16", "surrogatepass").decode("utf-16"), PARSER)
    assert [e.get("label") for e in menu] == [title.replace("&", "&&") for title in TITLES]
    assert [e.get("screentip") for e in menu] == list(TITLES)
    assert {e.get("onAction") for e in menu} == {"OutcomesReport"}


def test_no_reports_give_a_menu_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "reports", lambda: ())
    office = excel(monkeypatch)
    (entry,) = etree.fromstring(office.app.run("ReportMenu"), PARSER)
    assert (entry.get("label"), entry.get("enabled")) == ("There are no reports", "false")


def test_the_menu_of_reports_is_sound_as_a_ribbon(
    validator: Validate, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The validator never sees a menu that is made while Excel runs, so one is put where a menu may stand before."""
    menu = excel(monkeypatch).app.run("ReportMenu").replace("<menu ", '<menu id="written" label="Written" ')
    xml = build.ribbon().replace(b"<separator", f"{menu}<separator".encode(), 1)
    monkeypatch.setattr(build, "ribbon", lambda: xml)
    assert validator(build.build(tmp_path / "menu.xlam")) == []


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("Attribute ")
