"""Text as it has to be typed into a cell of Excel so that it stays text."""

_MARKS = "=+-@'#"
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TRUTHS = ("true", "false")
_IN_NUMBERS = frozenset(("a", "p", "am", "pm", "e", "d", "t", "z", "gbp", "usd", "eur", "chf", "aud", "cad", "jpy"))


def as_typed(text: str) -> str:
    """The text with an apostrophe before it where Excel would take it for a formula, number, date, time or error.

    Quarters such as "2025/26 Q1" and plain words stay as they are. A few texts get an apostrophe that they would not
    need, which Excel does not show.
    """
    return f"'{text}" if text and _is_taken_otherwise(text) else text


def _is_taken_otherwise(text: str) -> bool:
    bare = text.strip()
    if text[0] in _MARKS or bare[:1] in (*_MARKS,):
        return True
    words = "".join(c if c.isalpha() else " " for c in bare.casefold()).split()
    if not any(c.isnumeric() for c in bare):
        return " ".join(words) in _TRUTHS
    if bare[0].isalpha() and not _names_a_date(words[0]):
        return words[0] in _IN_NUMBERS and len(words[0]) > 1
    return all(word in _IN_NUMBERS or _names_a_date(word) for word in words)


def _names_a_date(word: str) -> bool:
    """Whether a word is a month or a day of the week, or the beginning of one with three letters or more."""
    return len(word) >= 3 and any(name.startswith(word) for name in (*_MONTHS, *_DAYS))
