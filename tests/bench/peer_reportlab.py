#!/usr/bin/python3
"""Certificates per second with reportlab, for comparison: the same texts in embedded TrueType fonts, the same QR code as
rectangles, a frame of three lines. It draws less than ours does: no guilloche, no seal, and no shaping.

    peer_reportlab.py [SECONDS]   prints: name value unit
"""
import io
import sys
import time

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

NOTO = "/usr/share/fonts/truetype/noto/"
NAMES = ["María Nguyễn Đức", "Jonathan Whitfield", "Zoë Ångström-Łukasiewicz", "Ann O'Brien"]
MM = 72 / 25.4
WIDTH, HEIGHT = landscape(A4)


def centred(canvas, text, font, size, x, y):
    canvas.setFont(font, size)
    canvas.drawCentredString(x * MM, HEIGHT - y * MM, text)


def qr(canvas, text, x, y, size):
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()
    module = size * MM / (count + 8)
    path = canvas.beginPath()
    for row in range(count):
        column = 0
        while column < count:
            start = column
            while column < count and code.isDark(row, column):
                column += 1
            if column > start:
                path.rect(x * MM + (4 + start) * module, HEIGHT - y * MM - (5 + row) * module, (column - start) * module, module)
            column += 1
    canvas.drawPath(path, stroke=0, fill=1)


def certificate(turn):
    serial = "NB-2026-%06d" % turn
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1)
    for inset, thickness in ((9, 1.6), (10.4, 0.35), (21.8, 0.5)):
        canvas.setLineWidth(thickness)
        canvas.rect(inset * MM, inset * MM, WIDTH - 2 * inset * MM, HEIGHT - 2 * inset * MM)
    centred(canvas, "Northbridge Academy of Health", "serif", 15, 148.5, 37.5)
    centred(canvas, "Certificate of Completion", "serif", 35, 148.5, 55)
    centred(canvas, "This is to certify that", "italic", 16, 148.5, 75)
    centred(canvas, NAMES[turn % 4], "serif", 40, 148.5, 95.5)
    centred(canvas, "has successfully completed the course", "italic", 16, 148.5, 111)
    centred(canvas, "Advanced Cardiovascular Life Support", "serif", 27, 148.5, 125.5)
    centred(canvas, "on %d August 2026" % (3 + turn % 28), "italic", 15, 148.5, 138)
    centred(canvas, "Valid until %d August 2028" % (2 + turn % 28), "italic", 13, 148.5, 145)
    canvas.line(35 * MM, HEIGHT - 170 * MM, 105 * MM, HEIGHT - 170 * MM)
    centred(canvas, "Dr. Elena Marín", "serif", 13, 70, 175.6)
    centred(canvas, "Director of Studies", "italic", 11, 70, 180.6)
    centred(canvas, "Verify this certificate", "italic", 10, 227, 175.6)
    centred(canvas, serial, "serif", 10, 227, 180.6)
    qr(canvas, "https://verify.northbridge.example/c/" + serial, 214, 145.5, 26)
    canvas.save()
    return out.getvalue()


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    pdfmetrics.registerFont(TTFont("serif", NOTO + "NotoSerif-Regular.ttf"))
    pdfmetrics.registerFont(TTFont("italic", NOTO + "NotoSerif-Italic.ttf"))
    turns = size = 0
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        size += len(certificate(turns))
        turns += 1
    spent = time.monotonic() - start
    print("reportlab_ttf %.0f 1/s" % (turns / spent))
    print("reportlab_bytes %d bytes" % (size // turns))


main()
