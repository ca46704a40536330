"""Pieces of spreadsheet XML: names, elements in the order of the schema, and new parts of a package."""

from lxml import etree

from xl_outcomes.workbook.package import MAIN, Package


def tag(name: str) -> str:
    """A name in the main spreadsheet namespace."""
    return f"{{{MAIN}}}{name}"


def element(text: str) -> etree._Element:
    """An element from our own text, in the main namespace where the text names none."""
    return etree.fromstring(f'<all xmlns="{MAIN}">{text}</all>')[0]


def insert_in_order(root: etree._Element, item: etree._Element, order: str) -> None:
    """Put a child where the schema wants it: before the first that `order` (names with blanks between) lists later."""
    names = order.split()
    later = [tag(name) for name in names[names.index(etree.QName(item).localname) + 1 :]]
    following = next(root.iterchildren(*later), None)
    if following is None:
        root.append(item)
    else:
        following.addprevious(item)


def add_part(package: Package, owner: str, kind: str, name: str, root: etree._Element) -> str:
    """Add a part that another part refers to; returns the id of the relationship."""
    package.put(name, etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
    package.declare(name, kind)
    return package.relate(owner, kind, name)
