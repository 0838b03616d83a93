#!/usr/bin/python3
"""A second independent witness: LibreOffice reckons every formula of a workbook anew.

usage: recalculate_workbook.py WORKBOOK.xlsx

The engine's values beside the formulas are cut out of a copy first, so that LibreOffice has nothing to repeat; then its results are
compared with the engine's. Exit 1 with every difference."""

import os
import re
import subprocess
import sys
import tempfile
import zipfile

import openpyxl


def without_values(source, target):
    """Copy the workbook, formula cells without their values; the number of these cells."""
    count = 0
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            content = old.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                content, cut = re.subn(rb"(</f>)<v>[^<]*</v>", rb"\1", content)
                count += cut
            new.writestr(item, content)
    return count


def main():
    path = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        bare, out = os.path.join(folder, "bare.xlsx"), os.path.join(folder, "out")
        cut = without_values(path, bare)
        subprocess.run(["soffice", "-env:UserInstallation=file://" + os.path.join(folder, "profile"), "--headless", "--norestore",
                        "--convert-to", "xlsx", "--outdir", out, bare],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300, env=dict(os.environ, HOME=folder))
        formulas = openpyxl.load_workbook(path)
        engine = openpyxl.load_workbook(path, data_only=True)
        theirs = openpyxl.load_workbook(os.path.join(out, "bare.xlsx"), data_only=True)
    compared, differences = 0, []
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                compared += 1
                ours, found = engine[sheet.title][cell.coordinate].value, theirs[sheet.title][cell.coordinate].value
                same = ours == found or (isinstance(ours, (int, float)) and isinstance(found, (int, float)) and
                                         abs(ours - found) < 1e-6 + 1e-12 * abs(ours))
                if not same:
                    differences.append("%s!%s: engine %r, LibreOffice %r" % (sheet.title, cell.coordinate, ours, found))
    if compared != cut or compared == 0:
        differences.append("%d formulas, %d of them had a value" % (compared, cut))
    for text in differences[:20]:
        print("complaint: " + text)
    if differences:
        return 1
    print("LibreOffice agrees on %d formulas" % compared)
    return 0


if __name__ == "__main__":
    sys.exit(main())
