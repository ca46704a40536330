"""Pictures for the pages about the five frameworks, made from the files that their demonstrations write.

    python examples/framework_pictures.py DIR --out docs/pictures

DIR has a folder for each framework, as `xl-outcomes demo DIR/NAME --framework NAME` makes it. LibreOffice and poppler
(pdftotext, pdftoppm) must be installed. The page on which a sheet begins becomes `NAME-sheet.png`, the first figure of
the theory of change `NAME-figure.png`, the first page of a report `NAME-report.png`. What a demonstration does not
have is said, and so is every row of ratings that the page of the framework does not have as the demonstration has it.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pictures import pdf_of, picture_of
from PIL import Image, ImageChops

from xl_outcomes.workbook.file import read_master

PAGES = Path(__file__).parent.parent / "docs" / "frameworks"
MARGIN, WIDTH, LARGEST = 12, 1200, 150_000
FOOTER = 0.05  # of a page's height
COLOURS = (128, 64, 32, 16)
BY = ("--today", "2018-04-27", "--by", "Performance officer")
SIGNED_OFF = (
    ("review", "--theme", "HD", "--approved-by", "Cabinet Member for Housing; Assistant Director, Housing", *BY),
    ("rate", *BY),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is shown of a framework: sheets and reports by name, and whether the theory of change is drawn.

    `first` are commands that are carried out on a copy of the master before.
    """

    sheets: tuple[str, ...]
    reports: tuple[str, ...]
    figure: bool = False
    first: tuple[tuple[str, ...], ...] = ()


FRAMEWORKS = {
    "mid-suffolk-2022": Wanted(("Priorities", "Money"), ("framework-adoption",), figure=True),
    "mid-suffolk-2017": Wanted(
        ("Year so far", "Peer review"), ("information-bulletin", "half-yearly"), False, SIGNED_OFF
    ),
    "essex-2014": Wanted(("Areas", "Data quality", "Then and now"), ("council-adoption",)),
    "leicestershire-2018": Wanted(("How we compare", "Cross-cutting"), ("scrutiny-performance",)),
    "darlington-2012": Wanted(("Service plans", "Action tracker"), ("corporate-plan", "cabinet-exception")),
}


def main() -> None:
    """Makes the pictures of each framework, and holds its page against its demonstration."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, wanted in FRAMEWORKS.items():
        master = next((options.demos / name).glob("*master.xlsx"), None)
        if master is None:
            print(f"{options.demos / name} has no demonstration.")
            continue
        with tempfile.TemporaryDirectory() as folder:
            for what, page in _made(master, wanted, Path(folder)):
                target = options.out / f"{name}-{what.lower().replace(' ', '-')}.png"
                print(f"Written: {target}" if page else f"{name} has no {what}.")
                if page:
                    _save(page, target, footer=FOOTER if what in wanted.sheets else 0)
        said = (PAGES / f"{name}.md").read_text(encoding="utf-8")
        for row in _ratings(master):
            if row not in said:
                print(f"{name}.md does not say: {row}")


# ---- pictures ----


def _made(master: Path, wanted: Wanted, work: Path) -> Iterator[tuple[str, Path | None]]:
    """Each thing that is wanted, with the picture of its page; None for what the demonstration does not have."""
    copy = work / master.name
    shutil.copy(master, copy)
    for command, *options in wanted.first:
        _run(command, str(copy), *options)
    pdf = pdf_of(copy, work)
    starts = _starts(pdf)
    for sheet in wanted.sheets:
        yield sheet, picture_of(pdf, starts[sheet], work) if sheet in starts else None
    if wanted.figure:
        _run("theory", str(copy), "--out", str(work / "figures.pdf"))
        yield "figure", picture_of(work / "figures.pdf", 1, work)
    for report in wanted.reports:
        files = sorted(master.parent.glob(f"*/reports/{report} *.docx"))
        yield report, picture_of(pdf_of(files[-1], work), 1, work) if files else None


def _run(*arguments: str) -> None:
    """A command of ours; its exit code may be 1, for what it found."""
    program = [sys.executable, "-c", "from xl_outcomes.cli import main; main()"]
    done = subprocess.run([*program, *arguments], check=False, capture_output=True, text=True)
    if done.returncode > 1:
        raise SystemExit(done.stderr)


def _starts(pdf: Path) -> dict[str, int]:
    """The number of the page on which each sheet begins, by the sheet's name in the footer."""
    texts = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    found: dict[str, int] = {}
    for number, text in enumerate(texts.split("\f"), 1):
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if lines:
            found.setdefault(lines[-1].partition("  ")[0], number)
    return found


def _save(picture: Path, target: Path, footer: float) -> None:
    """The picture without its white borders, as wide as a page of documentation, in as many colours as have room."""
    with Image.open(picture) as opened:
        page = opened.convert("RGB").crop((0, 0, opened.width, round(opened.height * (1 - footer))))
    left, top, right, bottom = ImageChops.invert(page).getbbox() or (0, 0, *page.size)
    right, bottom = min(page.width, right + MARGIN), min(page.height, bottom + MARGIN)
    page = page.crop((max(0, left - MARGIN), max(0, top - MARGIN), right, bottom))
    if page.width > WIDTH:
        page = page.resize((WIDTH, round(page.height * WIDTH / page.width)), Image.Resampling.LANCZOS)
    for colours in COLOURS:
        page.quantize(colours).save(target, optimize=True)
        if target.stat().st_size < LARGEST:
            return


# ---- ratings, as the pages have them ----


def _ratings(master: Path) -> Iterator[str]:
    """A row for each quarter of the last year, then one for each tier 1 outcome."""
    tables = read_master(master).tables
    results, rollup = list(tables["Results"].rows()), list(tables["Rollup"].rows())
    quarters = sorted({str(row["Period"]) for row in results})[-4:]
    for quarter in quarters:
        count = Counter(str(row["Rating"]) for row in results if row["Period"] == quarter)
        yield f"| {quarter} | {count['Green'] + count['Amber'] + count['Red']} | " + " | ".join(
            str(count[rating]) for rating in ("Green", "Amber", "Red")
        )
    for outcome in (row for row in tables["Outcomes"].rows() if row["Tier"] == 1):
        rows = {str(row["Period"]): row for row in rollup if row["Ref"] == outcome["Ref"]}
        masked = rows[quarters[-1]]["Masked reds"] or "none"
        yield " | ".join([f"| {outcome['Title']}", *(str(rows[q]["Rating"]) for q in quarters), f"{masked} |"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("demos", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
