"""Pictures for the documentation, made from the files that the demonstration writes.

    python examples/pictures.py DEMO --out docs/pictures

DEMO is the folder of `xl-outcomes demo`. LibreOffice and poppler (pdftotext, pdftoppm) must be installed. The first
page of every sheet that people read becomes a picture, and so do a form, a form to correct and the report.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

SHEETS = {
    "Read me": "read-me",
    "Dashboard": "dashboard",
    "Priorities": "priorities",
    "Framework": "framework",
    "Housing": "indicators",
    "Issues": "issues",
    "Settings": "settings",
}
RESOLUTION, MARGIN, WIDTH = 110, 12, 1400


def main() -> None:
    """Makes all pictures."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    quarter = options.demo / "2025-26-Q4"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        pages = _pages(next(options.demo.glob("*master.xlsx")), work)
        for sheet, name in SHEETS.items():
            _save(pages[sheet], options.out / f"{name}.png")
        _save(_first(next((quarter / "forms").glob("Council Homes*.xlsx")), work), options.out / "form.png")
        _save(_first(next((quarter / "to correct").glob("*.xlsx")), work), options.out / "form-to-correct.png")
        _save(_first(next((quarter / "reports").glob("*.docx")), work), options.out / "report.png")


def _pages(file: Path, work: Path) -> dict[str, Path]:
    """The picture of the first page of each sheet, by the sheet name in its footer."""
    pdf = pdf_of(file, work)
    texts = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    found: dict[str, Path] = {}
    for number, text in enumerate(texts.split("\f"), 1):
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        sheet = next((s for s in SHEETS if lines and lines[-1].startswith(f"{s} ")), None)
        if sheet and sheet not in found:
            found[sheet] = picture_of(pdf, number, work)
    return found


def _first(file: Path, work: Path) -> Path:
    return picture_of(pdf_of(file, work), 1, work)


def pdf_of(file: Path, work: Path) -> Path:
    command = ["soffice", f"-env:UserInstallation=file://{work}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(work), str(file)], check=True, capture_output=True)
    return work / f"{file.stem}.pdf"


def picture_of(pdf: Path, page: int, work: Path) -> Path:
    target = work / f"{pdf.stem} {page}"
    command = ["pdftoppm", "-png", "-singlefile", "-r", str(RESOLUTION), "-f", str(page), "-l", str(page)]
    subprocess.run([*command, str(pdf), str(target)], check=True)
    return Path(f"{target}.png")


def _save(picture: Path, target: Path) -> None:
    """The picture without its white borders, no wider than a page of documentation needs."""
    with Image.open(picture) as opened:
        page = opened.convert("RGB")
    left, top, right, bottom = ImageChops.invert(page).getbbox() or (0, 0, *page.size)
    page = page.crop((max(0, left - MARGIN), max(0, top - MARGIN), right + MARGIN, bottom + MARGIN))
    if page.width > WIDTH:
        page = page.resize((WIDTH, round(page.height * WIDTH / page.width)), Image.Resampling.LANCZOS)
    page.quantize(128).save(target, optimize=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("demo", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
