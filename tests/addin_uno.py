"""Calls VBA functions of a file in LibreOffice; runs in the Python that has LibreOffice's `uno`, which is not ours.

usage: python3 addin_uno.py FILE < calls.json > results.json, where calls are ["Module.Function", argument, ...].
An error in the VBA, also one that stops a module from compiling, comes back as null.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

# Macros may run in this profile, which lasts as long as the test.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>0</value></prop></item></oor:items>"""


def main(file: str) -> None:
    calls = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as profile:
        Path(profile, "user").mkdir()
        Path(profile, "user", "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
        pipe = f"addin{os.getpid()}"
        options = ["--headless", "--norestore", "--nologo", f"--accept=pipe,name={pipe};urp;"]
        office = subprocess.Popen(
            ["soffice", f"-env:UserInstallation=file://{profile}", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            print(json.dumps(_results(_desktop(pipe), file, calls)))
        finally:
            _end(office)


def _desktop(pipe: str) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(240):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.25)
        else:
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    raise SystemExit("LibreOffice did not answer.")


def _results(desktop: Any, file: str, calls: list[list[Any]]) -> list[Any]:
    # An add-in loads only where the filter is named.
    options = (_property("Hidden", True), _property("MacroExecutionMode", 4))
    options += (_property("FilterName", "Calc MS Excel 2007 VBA XML"),)
    document = desktop.loadComponentFromURL(Path(file).resolve().as_uri(), "_blank", 0, options)
    try:
        provider = document.getScriptProvider()
        return [_called(provider, *call) for call in calls]
    finally:
        document.close(True)


def _called(provider: Any, macro: str, *arguments: Any) -> Any:
    script = provider.getScript(f"vnd.sun.star.script:VBAProject.{macro}?language=Basic&location=document")
    return script.invoke(arguments, (), ())[0]


def _property(name: str, value: Any) -> Any:
    item = PropertyValue()
    item.Name, item.Value = name, value
    return item


def _end(office: subprocess.Popen[bytes]) -> None:
    """Ends the LibreOffice that was started here: its whole group, since soffice starts another process."""
    try:
        os.killpg(office.pid, signal.SIGTERM)
        office.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(office.pid, signal.SIGKILL)
        office.wait(20)


if __name__ == "__main__":
    main(*sys.argv[1:])
