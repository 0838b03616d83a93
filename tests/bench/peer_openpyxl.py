#!/usr/bin/python3
"""The peer of bench_xlsx: the same twelve columns with openpyxl in write_only mode, without reading back.

usage: peer_openpyxl.py DIR [ROWS]      prints: name value unit"""

import datetime
import os
import sys
import time

import openpyxl
from openpyxl.cell import WriteOnlyCell

NAMES = ["Ana Díaz Peñalver", "Nguyễn Thị Đức Hạnh", "Łukasz Żółtowski", "Jürgen Groß"]
TITLES = ["Document", "Learner", "E-mail", "Product", "Class", "From", "To", "Net", "Gross", "Tax", "Unit", "Quantity"]


def main():
    path, rows = os.path.join(sys.argv[1], "peer.xlsx"), int(sys.argv[2]) if len(sys.argv) > 2 else 100000
    begin = time.monotonic()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Rows")
    sheet.freeze_panes = "A2"
    sheet.append(TITLES)

    def cell(value, number_format):
        made = WriteOnlyCell(sheet, value=value)
        made.number_format = number_format
        return made

    for i in range(rows):
        day = datetime.date(2026, i % 12 + 1, i % 28 + 1)
        sheet.append(["SO-%d" % i, NAMES[i % 4], "learner%d@example.org" % (i % 5000), "Advanced Cardiac Life Support (online, 2 years)",
                      "open" if i % 7 == 0 else "matched", cell(day, "yyyy-mm-dd"), cell(day, "yyyy-mm-dd"),
                      cell(i * 7919 % 100003 / 100, "#,##0.00"), cell(i * 104729 % 1000003 / 100, "#,##0.00"),
                      cell(i % 10000 / 100, "#,##0.00"), cell(i, "#,##0"), cell(1, "#,##0")])
    book.save(path)
    spent = time.monotonic() - begin
    os.unlink(path)
    print("openpyxl_rows %.0f 1/s" % (rows / spent))


main()
