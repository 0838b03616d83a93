#!/usr/bin/python3
"""Certificates per second with WeasyPrint, for comparison: the texts of peer_reportlab.py as HTML, the QR code as an SVG picture of one
path, a frame of three lines. One process, its fonts found once.

    peer_weasyprint.py [SECONDS]   prints: name value unit
"""
import base64
import sys
import time

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration

NAMES = ["María Nguyễn Đức", "Jonathan Whitfield", "Zoë Ångström-Łukasiewicz", "Ann O'Brien"]
STYLE = """@page { size: A4 landscape; margin: 0 }
body { margin: 0; font-family: 'Noto Serif'; text-align: center }
p { position: absolute; left: 0; width: 297mm; margin: 0; line-height: 1 }
i { font-style: italic }
div { position: absolute; border: solid black }
img { position: absolute; left: 214mm; top: 145.5mm; width: 26mm }
.left { width: 140mm } .right { left: 157mm; width: 140mm }"""
FRAMES = "".join("<div style='left:%gmm;top:%gmm;width:%gmm;height:%gmm;border-width:%gpt'></div>" % (d, d, 297 - 2 * d, 210 - 2 * d, t)
                 for d, t in ((9, 1.6), (10.4, 0.35), (21.8, 0.5)))


def qr(text):
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    count = code.getModuleCount()
    path = "".join("M%d %dh1v1h-1z" % (x + 4, y + 4) for y in range(count) for x in range(count) if code.isDark(y, x))
    svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d'><path d='%s'/></svg>" % (count + 8, count + 8, path)
    return "<img src='data:image/svg+xml;base64,%s'>" % base64.b64encode(svg.encode()).decode()


def line(text, size, y, mark="", place=""):
    body = "<%s>%s</%s>" % (mark, text, mark) if mark else text
    return "<p class='%s' style='font-size:%gpt;top:%gmm'>%s</p>" % (place, size, y - size * 0.31, body)


def certificate(turn, fonts):
    serial = "NB-2026-%06d" % turn
    html = ["<html lang=en><style>", STYLE, "</style>", FRAMES, line("Northbridge Academy of Health", 15, 37.5),
            line("Certificate of Completion", 35, 55), line("This is to certify that", 16, 75, "i"), line(NAMES[turn % 4], 40, 95.5),
            line("has successfully completed the course", 16, 111, "i"), line("Advanced Cardiovascular Life Support", 27, 125.5),
            line("on %d August 2026" % (3 + turn % 28), 15, 138, "i"), line("Valid until %d August 2028" % (2 + turn % 28), 13, 145, "i"),
            line("Dr. Elena Marín", 13, 175.6, "", "left"), line("Director of Studies", 11, 180.6, "i", "left"),
            line("Verify this certificate", 10, 175.6, "i", "right"), line(serial, 10, 180.6, "", "right"),
            qr("https://verify.northbridge.example/c/" + serial), "</html>"]
    return HTML(string="".join(html)).write_pdf(font_config=fonts)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    fonts = FontConfiguration()
    certificate(0, fonts)
    turns = size = 0
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        size += len(certificate(turns, fonts))
        turns += 1
    spent = time.monotonic() - start
    if len(sys.argv) > 2:
        with open(sys.argv[2], "wb") as out:
            out.write(certificate(0, fonts))
    print("weasyprint %.1f 1/s" % (turns / spent))
    print("weasyprint_bytes %d bytes" % (size // turns))


main()
