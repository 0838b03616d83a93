<?php
/* Certificates per second with TCPDF, for comparison: the texts of peer_reportlab.py in embedded TrueType fonts (the DejaVu that comes
 * with it), its own QR code, a frame of three lines.
 *
 *     php peer_tcpdf.php [SECONDS]   prints: name value unit */
require_once '/usr/share/php/tcpdf/tcpdf.php';
const NAMES = ["María Nguyễn Đức", "Jonathan Whitfield", "Zoë Ångström-Łukasiewicz", "Ann O'Brien"];

function certificate(int $turn): string
{
	$serial = sprintf('NB-2026-%06d', $turn);
	$pdf = new TCPDF('L', 'mm', 'A4', true, 'UTF-8');
	$pdf->setPrintHeader(false);
	$pdf->setPrintFooter(false);
	$pdf->setAutoPageBreak(false);
	$pdf->AddPage();
	foreach ([[9, 0.56], [10.4, 0.12], [21.8, 0.18]] as [$inset, $thickness]) {
		$pdf->setLineWidth($thickness);
		$pdf->Rect($inset, $inset, 297 - 2 * $inset, 210 - 2 * $inset);
	}
	$centred = function (string $text, float $size, float $x, float $y) use ($pdf) {
		$pdf->setFont('dejavusans', '', $size);
		$pdf->Text($x - $pdf->GetStringWidth($text) / 2, $y - $size * 0.35, $text);
	};
	$centred('Northbridge Academy of Health', 15, 148.5, 37.5);
	$centred('Certificate of Completion', 35, 148.5, 55);
	$centred('This is to certify that', 16, 148.5, 75);
	$centred(NAMES[$turn % 4], 36, 148.5, 95.5);
	$centred('has successfully completed the course', 16, 148.5, 111);
	$centred('Advanced Cardiovascular Life Support', 27, 148.5, 125.5);
	$centred(sprintf('on %d August 2026', 3 + $turn % 28), 15, 148.5, 138);
	$centred(sprintf('Valid until %d August 2028', 2 + $turn % 28), 13, 148.5, 145);
	$centred('Dr. Elena Marín', 13, 70, 175.6);
	$centred('Director of Studies', 11, 70, 180.6);
	$centred('Verify this certificate', 10, 227, 175.6);
	$centred($serial, 10, 227, 180.6);
	$pdf->write2DBarcode('https://verify.northbridge.example/c/' . $serial, 'QRCODE,M', 214, 145.5, 26, 26);
	return $pdf->Output('', 'S');
}

$seconds = (float)($argv[1] ?? 2);
$turns = $size = 0;
$start = hrtime(true);
do {
	$last = certificate($turns++);
	$size += strlen($last);
	$spent = (hrtime(true) - $start) / 1e9;
} while ($spent < $seconds);
if (isset($argv[2]))
	file_put_contents($argv[2], $last);
printf("tcpdf_ttf %.1f 1/s\ntcpdf_bytes %d bytes\n", $turns / $spent, $size / $turns);
