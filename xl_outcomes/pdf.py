"""PDF copies of Word reports, through LibreOffice where it is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from xl_outcomes.errors import FileError
from xl_outcomes.new_files import write_new

_PROGRAMS = ("soffice", "libreoffice")
_USUAL_PLACES = (
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
_SECONDS = 180
# Tagged, so that who cannot see the page can still have it read in order; and text where Word has its controls.
_OPTIONS = ("UseTaggedPDF", "true"), ("ExportFormFields", "false")
_SHOWN = ",".join(f'"{name}":{{"type":"boolean","value":"{value}"}}' for name, value in _OPTIONS)
_FILTER = f"pdf:writer_pdf_Export:{{{_SHOWN}}}"


def demand_libreoffice() -> str:
    """The program that makes PDF files; raises FileError where it is not installed."""
    found = next((place for name in _PROGRAMS if (place := shutil.which(name))), None)
    found = found or next((place for place in _USUAL_PLACES if Path(place).is_file()), None)
    if found is None:
        fix = "Install LibreOffice (libreoffice.org), or save the Word file as PDF in Word."
        raise FileError("file-open", "PDF files are made by LibreOffice, and it is not installed here.", fix)
    return found


def write_pdf(document: Path) -> Path:
    """Writes a Word file as PDF beside it; raises FileError where that cannot be done."""
    program = demand_libreoffice()
    with tempfile.TemporaryDirectory() as folder:
        # A profile of its own, so that it works while LibreOffice is open.
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        command = [program, profile, "--headless", "--convert-to", _FILTER, "--outdir", folder, str(document)]
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)
            made = (Path(folder) / f"{document.stem}.pdf").read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            fix = "Open it in Word or LibreOffice and save it as PDF there."
            raise FileError("file-open", f"LibreOffice could not make a PDF of {document.name}.", fix) from error
    return write_new(document.with_suffix(".pdf"), made)
