#!/usr/bin/python3
"""An independent witness for the workbook: read it with openpyxl and judge it by what a controller relies on.

usage: check_workbook.py WORKBOOK.xlsx [--untied]

Names and order of sheets, frozen panes, filters, column titles, types of cells, that no cell from outside became a formula, that
every check cell is 0 and the verdict says so (with --untied: that it says the opposite), that formulas have an engine's value, and that
these values are what the formulas come to by our own reckoning from the cells. Prints a summary; exit 1 with every complaint."""

import datetime
import re
import sys
from decimal import Decimal

import openpyxl

BASE = ["Cover", "Control", "Exceptions", "Access vs money", "Fields", "Actions", "Deals", "Payouts", "Rates", "Expected", "Renewals", "Progress", "Drop-off", "Sources"]
OPTIONAL = {"Fields", "Deals", "Payouts", "Rates", "Expected", "Renewals", "Progress", "Drop-off"}
TITLES = {
    "Control": ["Control", "What must hold", "Currency", "Expected", "Found", "Difference, engine", "Difference, live", "Must be 0",
                "The live difference is reckoned from"],
    "Exceptions": ["Finding", "What is wrong", "Kind of risk", "Currency", "Money at risk", "Open units", "Person", "E-mail", "Course",
                   "Source or site", "Document", "Product", "First seen", "Age in days", "What to do next", "Details"],
    "Access vs money": ["Unit", "Document", "Sold on", "Source", "Buyer", "Learner", "Learner's e-mail", "Product", "Course", "Quantity",
                        "Currency", "Net paid", "Class", "Reason", "Finding", "Access from", "Access to", "In Moodle"],
    "Fields": ["Document", "Sold on", "Source", "Field", "It says", "Of whom", "Person", "E-mail", "Product"],
    "Actions": ["Action", "What", "State", "Person", "E-mail", "Site", "Course", "Before", "After", "Why", "Ended at", "Details"],
    "Deals": ["Sale", "Source", "Sold on", "Deal", "Currency", "Sold for", "Invoices", "Invoiced", "Payments", "Paid", "Refunded, sale", "Refunded, payments",
              "Largest difference", "Revenue", "In", "Rates"],
    "Payouts": ["Payout", "Source", "Paid out on", "Announced for", "State", "Entries", "Currency", "Charges", "Given back", "Disputes", "Fees", "Reserve",
                "Card readers", "Failed payouts", "Other", "Payout amount", "At the bank on", "Bank amount", "Bank difference",
                "Residual, engine", "Residual, live"],
    "Rates": ["Day", "Currency", "Documents", "Amount", "Rate", "Rate of", "Published by", "Converted", "In"],
    "Expected": ["Product", "Courses", "Source", "What it is", "Documents", "Seats", "Currency", "Value", "Oldest of", "Next one ends"],
    "Renewals": ["Person", "E-mail", "Course", "Product", "Source", "Document", "Paid until", "Renews from", "Currency", "Net, last time"],
    "Progress": ["Site", "Course", "Learners", "Not started", "In progress", "Completed", "Completed, %", "Activities", "Mean progress, %", "Graded", "Mean grade, %",
                 "Last seen", "Enrolled otherwise", "As of"],
    "Drop-off": ["Site", "Course", "Activity", "Kind of activity", "Got so far", "Of all, %", "Stopped here"],
    "Sources": ["Name", "Source or site", "Type", "Mode", "Last reading", "Window from", "Window to", "Rows declared", "Rows read", "New or changed", "Late", "Rewritten",
                "Last complete", "Read up to", "Age in hours", "Why it is not complete"],
}
DATES = {"Sold on", "Access from", "Access to", "First seen", "Ended at", "Window from", "Window to", "Last complete", "Read up to", "Paid out on",
         "At the bank on", "Announced for", "Day", "Rate of", "Oldest of", "Next one ends", "Paid until", "Renews from", "Last seen", "As of"}
NUMBERS = {"Money at risk", "Open units", "Age in days", "Quantity", "Net paid", "Rows declared", "Rows read", "New or changed", "Late", "Rewritten", "Age in hours", "Entries", "Documents", "Seats"}
PARTS = {"Charges", "Given back", "Disputes", "Fees", "Reserve", "Card readers", "Failed payouts", "Other", "Payout amount", "Residual, engine",
         "Residual, live", "Bank amount", "Bank difference", "Amount", "Value", "Net, last time"}
HOME = {"Revenue", "Converted"}
PARTS |= HOME
PARTS |= {"Sold for", "Invoiced", "Paid", "Refunded, sale", "Refunded, payments", "Largest difference"}
NUMBERS |= PARTS
NUMBERS |= {"Learners", "Not started", "In progress", "Completed", "Completed, %", "Activities", "Mean progress, %", "Graded", "Mean grade, %", "Enrolled otherwise",
            "Activity", "Got so far", "Of all, %", "Stopped here"}
EXPONENTS = {"JPY": 0, "KRW": 0, "CLP": 0, "KWD": 3, "BHD": 3, "TND": 3}

complaints = []


def complain(text):
    complaints.append(text)


def family(name):
    return re.sub(r" \(\d+\)$", "", name)


def header_row(sheet):
    """The row of the column titles, found through the filter."""
    return int(re.match(r"\$?[A-Z]+\$?(\d+):", sheet.auto_filter.ref).group(1))


class Reckoner:
    """Just enough of a spreadsheet for the formulas that the report makes; exact, in decimals."""

    def __init__(self, formulas, values):
        self.formulas, self.values, self.cache, self.columns = formulas, values, {}, {}

    def column(self, text):
        """The cells of one of our references, in order."""
        if text in self.columns:
            return self.columns[text]
        sheet, first, last = re.fullmatch(r"'((?:[^']|'')*)'!(\$[A-Z]+\$\d+)(?::(\$[A-Z]+\$\d+))?", text).groups()
        sheet = sheet.replace("''", "'")
        cells = self.formulas[sheet][(first + ":" + (last or first)).replace("$", "")]
        result = [self.value(sheet, cell) for row in cells for cell in row]
        self.columns[text] = result
        return result

    def value(self, sheet, cell):
        if cell.data_type != "f":
            return Decimal(repr(cell.value)) if isinstance(cell.value, (int, float)) else cell.value
        key = (sheet, cell.coordinate)
        if key not in self.cache:
            self.cache[key] = self.formula(cell.value[1:])
        return self.cache[key]

    def formula(self, text):
        self.tokens = None
        value, rest = self.sum(text)
        if rest:
            raise ValueError("cannot read " + rest)
        return value

    def sum(self, text):
        value, text = self.operand(text)
        while text and text[0] in "+-":
            other, rest = self.operand(text[1:])
            value = value + other if text[0] == "+" else value - other
            text = rest
        return value, text

    def arguments(self, text):
        """Up to the closing bracket: the pieces between commas, and what follows."""
        depth, quoted, start, pieces = 0, None, 0, []
        for i, c in enumerate(text):
            if quoted:
                quoted = None if c == quoted else quoted
            elif c in "'\"":
                quoted = c
            elif c == "(":
                depth += 1
            elif c == ")" and depth:
                depth -= 1
            elif c == ")":
                return pieces + [text[start:i]], text[i + 1:]
            elif c == "," and not depth:
                pieces.append(text[start:i])
                start = i + 1
        raise ValueError("no closing bracket in " + text)

    def operand(self, text):
        call = re.match(r"([A-Z]*)\(", text)
        if not call:
            number = re.match(r"-?\d+", text)
            if number:
                return Decimal(number.group()), text[number.end():]
            ref = re.match(r"'(?:[^']|'')*'!\$[A-Z]+\$\d+(?!:)", text)
            return self.column(ref.group())[0] or Decimal(0), text[ref.end():]
        pieces, rest = self.arguments(text[call.end():])
        return self.call(call.group(1), pieces), rest

    def numbers(self, text):
        return [v for v in self.column(text) if isinstance(v, Decimal)]

    def matching(self, pieces):
        columns = [(self.column(pieces[i]), pieces[i + 1].strip('"')) for i in range(0, len(pieces), 2)]
        return [i for i in range(len(columns[0][0])) if all(c[i] == word for c, word in columns)]

    def call(self, name, pieces):
        if name == "":
            value, rest = self.sum(pieces[0])
            assert not rest and len(pieces) == 1
            return value
        if name == "SUM":
            return sum(self.numbers(pieces[0]), Decimal(0))
        if name == "SUMPRODUCT":
            inner = re.fullmatch(r"ABS\((.*)\)", pieces[0]).group(1)
            return sum((abs(v) for v in self.numbers(inner)), Decimal(0))
        if name == "SUMIFS":
            cells = self.column(pieces[0])
            return sum((cells[i] for i in self.matching(pieces[1:]) if isinstance(cells[i], Decimal)), Decimal(0))
        if name == "COUNTIFS":
            return Decimal(len(self.matching(pieces)))
        if name == "COUNTA":
            return Decimal(sum(v is not None for v in self.column(pieces[0])))
        if name == "SUBTOTAL":
            assert pieces[0] in ("103", "109")
            return self.call("SUM" if pieces[0] == "109" else "COUNTA", pieces[1:])
        if name == "ROUND":
            value, rest = self.sum(pieces[0])
            assert not rest
            return value.quantize(Decimal(1).scaleb(-int(pieces[1])))
        if name == "IF":
            condition = re.fullmatch(r"(.*)=0", pieces[0]).group(1)
            return (pieces[1] if self.formula(condition) == 0 else pieces[2]).strip('"')
        raise ValueError("unknown function " + name)


def check_structure(book):
    names = book.sheetnames
    families = [n for i, n in enumerate(names) if n == family(n)]
    if families != [n for n in BASE if n not in OPTIONAL or n in families]:
        complain("sheets are %r" % names)
    for sheet in book:
        if sheet.title == "Cover":
            continue
        if not sheet.auto_filter.ref:
            complain("%s has no filter" % sheet.title)
            continue
        row = header_row(sheet)
        titles = [c.value for c in sheet[row] if c.value is not None]
        if titles != TITLES[family(sheet.title)]:
            complain("%s has the titles %r" % (sheet.title, titles))
        if not sheet.freeze_panes or int(re.sub(r"\D", "", sheet.freeze_panes)) != row + 1:
            complain("%s is frozen at %r, its titles are in row %d" % (sheet.title, sheet.freeze_panes, row))
        if sheet.print_title_rows != "$%d:$%d" % (row, row):
            complain("%s repeats rows %r in print" % (sheet.title, sheet.print_title_rows))
        if sheet.page_setup.orientation != "landscape" or not sheet.sheet_properties.pageSetUpPr.fitToPage:
            complain("%s is not set up for print" % sheet.title)
        if "Page" not in (sheet.oddFooter.right.text or "") and "&P" not in (sheet.oddFooter.right.text or ""):
            complain("%s has no page number" % sheet.title)


def check_types(sheet):
    first = header_row(sheet) + 1
    last = int(re.search(r"(\d+)$", sheet.auto_filter.ref).group(1))
    titles = [c.value for c in sheet[first - 1]]
    currency = titles.index("Currency") if "Currency" in titles else None
    rows = 0
    for row in sheet.iter_rows(min_row=first, max_row=last):
        if all(c.value is None for c in row):
            continue
        rows += 1
        for title, cell in zip(titles, row):
            if cell.value is None:
                continue
            if title in DATES and not isinstance(cell.value, (datetime.date, datetime.datetime)):
                complain("%s!%s is %r, not a date" % (sheet.title, cell.coordinate, cell.value))
            elif title in NUMBERS and not isinstance(cell.value, (int, float)) and not (title == "Residual, live" and cell.data_type == "f"):
                complain("%s!%s is %r, not a number" % (sheet.title, cell.coordinate, cell.value))
            elif title not in DATES and title not in NUMBERS and cell.data_type not in ("s", "inlineStr"):
                complain("%s!%s has type %s, not text" % (sheet.title, cell.coordinate, cell.data_type))
            if title == "Product" and not cell.alignment.wrap_text:
                complain("%s!%s is cut when it is long: %r" % (sheet.title, cell.coordinate, cell.value))
            if title in ("Net paid", "Money at risk") or title in PARTS:
                of = row[titles.index("In")].value if title in HOME else row[currency].value
                decimals = EXPONENTS.get(of, 2)
                wanted = "#,##0" + ("." + "0" * decimals if decimals else "")
                if cell.number_format.split(";")[0] != wanted:
                    complain("%s!%s has the format %r for %s" % (sheet.title, cell.coordinate, cell.number_format, of))
    return rows


def check_formulas(formulas, values):
    reckoner, count = Reckoner(formulas, values), 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                count += 1
                engine = values[sheet.title][cell.coordinate].value
                found = reckoner.value(sheet.title, cell)
                if isinstance(found, Decimal):
                    if engine is None or Decimal(repr(engine)) != found:
                        complain("%s!%s: engine %r, reckoned %s" % (sheet.title, cell.coordinate, engine, found))
                elif engine != found:
                    complain("%s!%s: engine %r, reckoned %r" % (sheet.title, cell.coordinate, engine, found))
    return count


def check_verdict(values, untied):
    sheet = values["Control"]
    column = [c.value for c in sheet[header_row(sheet)]].index("Must be 0")
    checks = [row[column].value for row in sheet.iter_rows(min_row=header_row(sheet) + 1)]
    checks = [v for v in checks if isinstance(v, (int, float))]
    if not checks:
        complain("there is no check cell")
    if not untied and any(checks):
        complain("check cells are %r" % checks)
    if untied and not any(checks):
        complain("no check cell shows that the run does not tie")
    verdicts = [c.value for row in values["Cover"].iter_rows() for c in row if c.value in ("TIES", "DOES NOT TIE")]
    if verdicts != ["DOES NOT TIE" if untied else "TIES"]:
        complain("the cover says %r" % verdicts)
    return len(checks)


def main():
    path, untied = sys.argv[1], "--untied" in sys.argv[2:]
    formulas, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    check_structure(formulas)
    if not complaints:
        rows = {s.title: check_types(s) for s in formulas if s.title not in ("Cover", "Control")}
        count = check_formulas(formulas, values)
        checks = check_verdict(values, untied)
        if values.properties.created is None or values.properties.creator != "ctok-batch":
            complain("the document's properties are %r" % values.properties)
    for text in complaints[:20]:
        print("complaint: " + text)
    if complaints:
        return 1
    print("%s: %s; %d formulas agree, %d check cells" % (
        "does not tie" if untied else "ties", ", ".join("%s %d" % item for item in rows.items()), count, checks))
    return 0


if __name__ == "__main__":
    sys.exit(main())
