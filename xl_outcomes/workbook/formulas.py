"""Formulas in cells that move, and changes to the ranges that formulas name."""

import copy
from collections.abc import Callable

from lxml import etree
from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError
from openpyxl.formula.translate import Translator, TranslatorError

from xl_outcomes.workbook.grid import GridSheet, cell_name
from xl_outcomes.workbook.markup import tag


def moved_to(cell: etree._Element, number: int, column: int) -> etree._Element:
    """The cell itself if it stands there, else a copy whose formula is moved with it."""
    home, place = cell.get("r", ""), cell_name(number, column)
    if home == place:
        return cell
    moved = copy.deepcopy(cell)
    moved.tail = None
    moved.set("r", place)
    for formula in moved.iter(tag("f")):
        formula.text = translated(formula.text or "", home, place)
        if formula.get("ref"):
            formula.set("ref", place)
    return moved


def translated(text: str, home: str, place: str) -> str:
    """A formula as it reads after a move from one cell to another."""
    try:
        return str(Translator(f"={text}", home).translate_formula(place))[1:]
    except (TokenizerError, TranslatorError):
        return text


def with_ranges(text: str, change: Callable[[str], str]) -> str:
    """A formula with a change made to each of its ranges, structured references among them."""
    try:
        tokens = Tokenizer(f"={text}").items
    except TokenizerError:
        return text
    ranges = {id(token) for token in tokens if token.type == Token.OPERAND and token.subtype == Token.RANGE}
    return "".join(change(token.value) if id(token) in ranges else token.value for token in tokens)


def is_reference(text: str) -> bool:
    """Whether a formula names one or several ranges and nothing else."""
    try:
        tokens = Tokenizer(f"={text}").items
    except TokenizerError:
        return False
    return all(token.subtype == Token.RANGE or token.value == "," for token in tokens)


def total_at(cell: etree._Element, column: int, old: int, new: int) -> etree._Element:
    """A totals cell below a new last row; its ranges that ended at the old last row end at the new one."""

    def resized(operand: str) -> str:
        start, colon, finish = operand.rpartition(":")
        letters = finish.rstrip("0123456789")
        return f"{start}:{letters}{new}" if colon and finish[len(letters) :] == str(old) else operand

    moved = moved_to(cell, new + 1, column)
    for formula, home in zip(moved.iter(tag("f")), cell.iter(tag("f")), strict=True):
        formula.text = with_ranges(home.text or "", resized)
    return moved


def spell_out(sheet: GridSheet, shared: set[str | None]) -> None:
    """Turn the shared formulas of some groups into plain ones, all over the sheet."""
    found = [
        (cell, formula)
        for number in sheet.rows
        for cell in sheet.cells(number).values()
        if (formula := cell.find(tag("f"))) is not None
        if formula.get("t") == "shared" and formula.get("si") in shared
    ]
    masters = {f.get("si"): (f.text, cell.get("r", "")) for cell, f in found if f.text}
    for cell, formula in found:
        text, home = masters.get(formula.get("si"), ("", ""))
        formula.text = formula.text or translated(text or "", home, cell.get("r", ""))
        for name in ("t", "si", "ref"):
            formula.attrib.pop(name, "")
    sheet.reshaped = True
