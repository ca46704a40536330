"""Word reports from templates: values and pictures go into a .docx that authors edit in Word.

A template is read twice: first as plain text, paragraph by paragraph, which finds every mistake and the place where it
stands; then by docxtpl, which fills it. Templates run in a sandbox without functions, and what is filled in is never
read as a template, so neither can do more than show values.
"""

import difflib
import io
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import jinja2
from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from xl_outcomes.errors import TemplateError
from xl_outcomes.house_style import SHIPPED, HouseStyle
from xl_outcomes.reporting.picture import Picture
from xl_outcomes.word_keys import (
    CHART,
    NONCHARACTERS,
    Marks,
    Places,
    keep_keys,
    keeping_key,
    keyed,
    put_controls,
    with_key,
)
from xl_outcomes.word_style import dress, put_words

LANGUAGE = "en-GB"

_PREFIX = re.compile(r"(\{[{%#])(?:tr|tc|p|r) ")
_CELL = re.compile(r"\{%\s*(?:cellbg|colspan)\s+(.*?)\s*%\}")
_MERGE = re.compile(r"\{%\s*[vh]m\s*%\}")
_QUOTES = str.maketrans("“”‘’", "\"\"''")
_FILTERS = ("capitalize", "default", "first", "join", "last", "length", "lower", "replace", "title", "trim", "upper")
_TAGS = ("for", "endfor", "if", "elif", "else", "endif")
_BEFORE_SHADING = tuple(qn(f"w:{t}") for t in ("cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders"))
_NO_CONTROLS = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0xD800, 0xE000), *NONCHARACTERS, 0xFFFE, 0xFFFF]
)
_REFUSED = (
    nodes.Mul,
    nodes.Pow,
    nodes.Mod,
    nodes.Call,
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
    nodes.Macro,
)
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@dataclass(frozen=True, slots=True)
class Used:
    """A name that a template uses, loops resolved (`priorities.reds.ref`), and the paragraph where it stands."""

    name: str
    paragraph: str


def render(
    template: Path,
    values: Mapping[str, object],
    pictures: Mapping[str, Picture],
    *,
    title: str,
    style: HouseStyle = SHIPPED,
    controls: bool = False,
) -> bytes:
    """The document that a template gives with these values and pictures; `title` becomes its title property.

    The house style gives its fonts, colours and logo. Texts may hold anything: line breaks stay, control characters
    go, braces and markup are shown as they are. With `controls`, each value and picture stands in a content control
    that is tagged with its key; `refresh_stamp.seal` completes that. Raises TemplateError for a mistake in the
    template, naming the field or tag and the paragraph.
    """
    values = {name: _clean(value) for name, value in values.items()}
    _rehearse(template, {**values, **{name: picture.alt for name, picture in pictures.items()}})
    document = DocxTemplate(_open(template))
    document.init_docx()
    dress(document.docx, style)
    images = {name: _image(document, name, picture) for name, picture in pictures.items()}
    marks = Marks() if controls else None
    try:
        _fill(document, {**(keyed(values) if controls else values), **images}, marks)
    except (jinja2.TemplateError, etree.XMLSyntaxError, ValueError, KeyError, TypeError, AttributeError) as fault:
        what = "a tag cuts across paragraphs or table cells, so the template cannot be filled"
        raise _error(template.name, what, "", _WHOLE_TAGS) from fault
    _finish(document.docx, pictures, title)
    put_words(document.docx.element.body, style)
    if marks:
        keep_keys(document.docx, marks.keys)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def used_names(template: Path) -> tuple[Used, ...]:
    """Every name that a template uses, in reading order; raises TemplateError where it cannot be read."""
    paragraphs = _paragraphs(template)
    tree = _parse(template.name, paragraphs)
    found = dict.fromkeys(_names(tree, {}))
    return tuple(Used(name, paragraphs[line - 1].strip()) for name, line in found)


# ---- the rehearsal: the template as plain text ----

_WHOLE_TAGS = "Put a loop or condition over whole paragraphs ({%p … %}) or whole rows ({%tr … %})."


def _rehearse(template: Path, values: Mapping[str, object]) -> None:
    """Fills the plain text of the template, line by line the paragraphs, so that a mistake is found in its place."""
    paragraphs = _paragraphs(template)
    tree = _parse(template.name, paragraphs)
    known = _shape(values)
    for name, line in _names(tree, {}):
        if not _is_known(name, known):
            raise _unknown(template.name, name, paragraphs[line - 1], known)
    try:
        _environment().from_string("\n".join(map(_plain_tags, paragraphs))).render(values)
    except Exception as fault:
        raise _error(template.name, _said(fault), _place(fault, paragraphs), "Correct the tag in Word.") from fault


def _paragraphs(template: Path) -> list[str]:
    """The text of every paragraph of body, headers and footers, in reading order."""
    document = Document(_open(template))
    parts = [document.part, *(r.target_part for r in document.part.rels.values() if _has_text(r.reltype))]
    found = [p for part in parts for p in etree.fromstring(part.blob, _PARSER).iter(qn("w:p"))]
    return [" ".join("".join(_texts(p)).split("\n")) for p in found]


def _texts(paragraph: Any) -> Iterator[str]:
    """The texts of a paragraph, without those of paragraphs inside it (text boxes)."""
    for text in paragraph.iter(qn("w:t")):
        if next(text.iterancestors(qn("w:p"))) is paragraph:
            yield text.text or ""


def _has_text(reltype: str) -> bool:
    return reltype.rpartition("/")[2] in ("header", "footer")


def _open(template: Path) -> io.BytesIO:
    """The template's bytes, if they are a Word document."""
    fix = "Choose a .docx that was saved by Word."
    try:
        content = template.read_bytes()
        Document(io.BytesIO(content))
    except OSError as fault:
        message = f'The template "{template.name}" cannot be read: {fault.strerror}.'
        raise TemplateError(message, "Check that it is there, and closed in Word.") from fault
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as fault:
        raise TemplateError(f'The template "{template.name}" is not a Word document.', fix) from fault
    return io.BytesIO(content)


def _parse(name: str, paragraphs: Sequence[str]) -> nodes.Template:
    environment = _environment()
    source = "\n".join(map(_plain_tags, paragraphs))
    for text in paragraphs:
        if text.count("{{") > text.count("}}") or text.count("{%") > text.count("%}"):
            raise _error(name, "a tag is opened and not closed", text, "Close it in the paragraph in which it opens.")
    try:
        tree = environment.parse(source)
    except jinja2.TemplateSyntaxError as fault:
        message = fault.message or "a tag cannot be read"
        line = _open_tag(environment, source) if "end of template" in message else fault.lineno
        unknown = message.partition("unknown tag '")[2].partition("'")[0]
        place = paragraphs[min(line, len(paragraphs)) - 1]
        raise _error(name, message.rstrip("."), place, _did_you_mean(unknown, _TAGS) or _WHOLE_TAGS) from fault
    for node in tree.find_all(_REFUSED):
        what = "a tag asks for more than a template may do"
        raise _error(name, what, paragraphs[node.lineno - 1], "Templates show fields; they have no sums or functions.")
    return tree


def _plain_tags(paragraph: str) -> str:
    """A paragraph's tags as Jinja alone knows them, without docxtpl's additions."""
    text = _PREFIX.sub(r"\1 ", paragraph.translate(_QUOTES))
    return _MERGE.sub("", _CELL.sub(r"{{ \1 }}", text))


def _open_tag(environment: jinja2.Environment, source: str) -> int:
    """The line of the last loop or condition that is never closed."""
    stack: list[int] = []
    tokens = [t for t in environment.lex(source) if t[1] != "whitespace"]
    for (line, kind, _), (_, _, word) in pairwise(tokens):
        if kind == "block_begin" and word in ("for", "if"):
            stack.append(line)
        elif kind == "block_begin" and word in ("endfor", "endif") and stack:
            stack.pop()
    return stack[-1] if stack else 1


def _names(node: nodes.Node, scope: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """The names under a node with their lines; `scope` maps loop variables to the lists that they run over."""
    if isinstance(node, nodes.For):
        yield from _names(node.iter, scope)
        inner = {**scope, "loop": ""}
        if isinstance(node.target, nodes.Name):
            inner[node.target.name] = _path(node.iter, scope)
        for child in (*node.body, *node.else_):
            yield from _names(child, inner)
        return
    path = _path(node, scope)
    if path:
        yield path, node.lineno
        return
    for child in node.iter_child_nodes():
        yield from _names(child, scope)


def _path(node: nodes.Node, scope: Mapping[str, str]) -> str:
    """A name with its dots as one path; blank for anything else, and for what a loop itself offers."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name, node.name)
    if isinstance(node, nodes.Getattr):
        above = _path(node.node, scope)
        return f"{above}.{node.attr}" if above else ""
    return ""


def _shape(value: object, path: str = "") -> dict[str, bool]:
    """The paths that values offer; True where what lies beneath is not known, as in an empty list."""
    found: dict[str, bool] = {}
    if isinstance(value, Mapping):
        for name, inner in value.items():
            found |= _shape(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list | tuple):
        for inner in value:
            found |= _shape(inner, path)
        return {**found, path: not value}
    return {**found, path: False} if path else found


def _is_known(name: str, known: Mapping[str, bool]) -> bool:
    above = name
    while above:
        if above in known:
            return above == name or known[above]
        above = above.rpartition(".")[0]
    return False


# ---- the filling ----


def _environment(show: Callable[[Any], Any] | None = None) -> jinja2.Environment:
    environment = SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=True, finalize=show or _shown)
    environment.globals.clear()
    environment.filters = {name: keeping_key(name, environment.filters[name]) for name in _FILTERS}
    return environment


def _shown(value: Any) -> Any:
    """What stands in the document for a value; docxtpl would take {_ and _} in texts for braces of its own."""
    if hasattr(value, "__html__"):
        return value
    return Markup(str(escape(value)).replace("{_", "{&#95;").replace("_}", "&#95;}"))


def _clean(value: object) -> object:
    """Values without what XML cannot hold: control characters, half characters, nothing at all."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").translate(_NO_CONTROLS)
    if isinstance(value, Mapping):
        return {name: _clean(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return "" if value is None else value


def _image(document: DocxTemplate, name: str, picture: Picture) -> InlineImage:
    return with_key(InlineImage(document, io.BytesIO(picture.png), width=Mm(picture.width_mm)), CHART + name)


def _fill(document: DocxTemplate, values: Mapping[str, object], marks: Marks | None) -> None:
    """docxtpl's own steps for body, headers and footers; it would mend broken XML in silence, this raises instead.

    With marks, values are put into controls.
    """
    places = Places()

    def finished(xml: str | bytes) -> str | bytes:
        root = etree.fromstring(xml, _PARSER)
        if marks is None:
            return xml
        put_controls(root, marks.keys, places)
        return etree.tostring(root, encoding="unicode" if isinstance(xml, str) else "UTF-8")

    environment = _environment((lambda value: marks.around(value, _shown(value))) if marks is not None else None)
    document.render_init()
    tree = document.fix_tables(finished(document.build_xml(values, environment)))
    document.fix_docpr_ids(tree)
    document.map_tree(tree)
    for uri in (document.HEADER_URI, document.FOOTER_URI):
        for relation, part in list(document.build_headers_footers_xml(values, uri, environment)):
            document.map_headers_footers_xml(relation, finished(part))
    document.is_rendered = True


# ---- the last touches ----


def _finish(document: Any, pictures: Mapping[str, Picture], title: str) -> None:
    document.core_properties.title = title.translate(_NO_CONTROLS)
    document.core_properties.language = LANGUAGE
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    body = document.element.body
    _describe_pictures(document, {p.png: (name, p.alt) for name, p in pictures.items()})
    number_captions(body)
    for properties in body.iter(qn("w:tcPr")):
        _put_shading_in_place(properties)


def _describe_pictures(document: Any, known: Mapping[bytes, tuple[str, str]]) -> None:
    for inline in document.element.body.iter(qn("wp:inline"), qn("wp:anchor")):
        blips = [b.get(qn("r:embed")) for b in inline.iter(qn("a:blip"))]
        parts = [document.part.related_parts.get(rel) for rel in blips if rel]
        described = [known[p.blob] for p in parts if p is not None and p.blob in known]
        for properties in inline.iter(qn("wp:docPr")):
            for name, alt in described:
                properties.set("name", name)
                properties.set("descr", alt.translate(_NO_CONTROLS))


def number_captions(body: Any) -> None:
    """Captions inside loops all hold the number of the template; here each gets its own."""
    counts: Counter[str] = Counter()
    for field in body.iter(qn("w:fldSimple"), qn("w:instrText")):
        words = (field.get(qn("w:instr")) or field.text or "").split()
        if words[:1] == ["SEQ"] and len(words) > 1:
            counts[words[1]] += 1
            shown = next(_result_texts(field), None)
            if shown is not None and (shown.text or "0").strip().isdigit():  # what an author typed into it stays
                shown.text = str(counts[words[1]])


def _result_texts(field: Any) -> Iterator[Any]:
    """The texts that a field shows: inside it, or after its instruction."""
    if field.tag == qn("w:fldSimple"):
        yield from field.iter(qn("w:t"))
        return
    paragraph = next(field.iterancestors(qn("w:p")))
    after = dropwhile(lambda e: e is not field, paragraph.iter(qn("w:instrText"), qn("w:t")))
    yield from (e for e in after if e.tag == qn("w:t"))


def _put_shading_in_place(properties: Any) -> None:
    """docxtpl puts the shading of a cell first; the schema wants it after the borders."""
    shading = properties.find(qn("w:shd"))
    if shading is not None:
        properties.remove(shading)
        before = [child for child in properties if child.tag in _BEFORE_SHADING]
        properties.insert(len(before), shading)


# ---- errors ----


def _unknown(template: str, name: str, paragraph: str, known: Iterable[str]) -> TemplateError:
    above, _, last = name.rpartition(".")
    choices = {k.rpartition(".")[2]: k for k in known if k.rpartition(".")[0] == above}
    fix = _did_you_mean(last, choices) or "The list of fields in the guide to templates has the names."
    return _error(template, f'the field "{name}" is not known', paragraph, fix)


def _error(template: str, what: str, paragraph: str, fix: str) -> TemplateError:
    words = " ".join(paragraph.split())
    place = f', in the paragraph "{words[:157] + "…" if len(words) > 160 else words}"' if words else ""
    return TemplateError(f'In the template "{template}", {what}{place}.', fix)


def _did_you_mean(word: str, choices: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.5)
    return f'Did you mean "{near[0]}"?' if word and near else ""


def _said(fault: Exception) -> str:
    if isinstance(fault, jinja2.UndefinedError):
        return f'a field has no value ("{fault}")'
    if isinstance(fault, jinja2.exceptions.SecurityError):
        return f"a tag asks for what templates may not do ({fault})"
    return f"a tag cannot be worked out ({fault})"


def _place(fault: Exception, paragraphs: Sequence[str]) -> str:
    """The paragraph whose tag failed: the last line of the template in the traceback."""
    lines = [f.lineno for f in traceback.extract_tb(fault.__traceback__) if f.filename == "<template>"]
    return paragraphs[min(lines[-1], len(paragraphs)) - 1] if lines and lines[-1] else ""
