#!/usr/bin/python3
"""What a workbook says, for people and tests: usage: workbook_text.py WORKBOOK.xlsx TEXT…
Names the sheets, then each TEXT that stands in no cell."""

import sys

import openpyxl

book = openpyxl.load_workbook(sys.argv[1], data_only=True)
texts = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
print(", ".join(book.sheetnames) + ";" + "".join(f" no {text!r}" for text in sys.argv[2:] if text not in texts))
