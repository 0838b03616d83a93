#!/bin/bash
# make bench: each figure beside a named peer measured in the same run. Writes build/bench.json, a list of {name, unit, value, against,
# ratio}, and prints it as a table. BENCH_UNITS: sizes of the reconcile world (100000; the full proof adds 1000000). BENCH_ORDERS: orders taken
# into the ledger (10000). BENCH_SALES: sales of the academy on which every program's memory is measured (20000; the full proof is 200000, of which
# reading the shop at its pace alone takes 17 minutes). BENCH_REPLAY: stored orders that are replayed (20000; the full proof is 1000000). BENCH_CHANGES: sales of the one whose changes are raced (5000). BENCH_DOCUMENTS:
# documents in deals (60000).
# BENCH_SHOP: documents that each kind of shop serves (1000). BENCH_MAILS: mails that are sent by each way, three times (1000).
set -u
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/ctok-bench-XXXXXX")
chmod 755 "$work"
export BENCH_DIR=$work
trap 'rm -rf "$work"' EXIT
lines=$work/lines
say() { printf '  %s\n' "$*" >&2; }
value() { awk -v n="$2" '$1 == n { print $2; exit }' "$1"; }
put() { # put NAME UNIT VALUE AGAINST PEER-VALUE
	[ -n "$3" ] && [ -n "$5" ] && printf '%s\t%s\t%s\t%s\t%s\n' "$@" >>"$lines"
}

say "certificates"
build/bench_certificate >"$work/certificate" 2>/dev/null
/usr/bin/python3 tests/bench/peer_reportlab.py >"$work/reportlab" 2>/dev/null
latin=$(awk '/^certificates_/ { print $2; exit }' "$work/certificate")
put "certificates" "1/s" "$latin" "reportlab, embedded font" "$(value "$work/reportlab" reportlab_ttf)"
for peer in "weasyprint /usr/bin/python3 tests/bench/peer_weasyprint.py" "tcpdf php tests/bench/peer_tcpdf.php"; do
	read -r name command <<<"$peer"
	$command >"$work/$name" 2>/dev/null || say "certificates with $name: not measured, it is not installed (packages weasyprint, php-tcpdf, php-cli)"
done
put "certificates" "1/s" "$latin" "WeasyPrint, HTML" "$(value "$work/weasyprint" weasyprint)"
put "certificates" "1/s" "$latin" "TCPDF, embedded font" "$(value "$work/tcpdf" tcpdf_ttf)"
put "certificates" "1/s" "$latin" "bare QR and deflate" "$(value "$work/certificate" floor_qr_and_deflate)"
put "certificate, size" "bytes" "$(value "$work/certificate" certificate_bytes_latin)" "reportlab, without ornaments" "$(value "$work/reportlab" reportlab_bytes)"
put "first certificate with a Chinese name" "ms" "$(value "$work/certificate" first_certificate_chinese)" "limit" 100
put "certificates of four scripts, peak memory" "MiB" "$(value "$work/certificate" certificate_rss)" "limit" 64

say "workbook"
build/bench_xlsx "$work" 50000 >"$work/xlsx" 2>/dev/null
/usr/bin/python3 tests/bench/peer_openpyxl.py "$work" 50000 >"$work/openpyxl" 2>/dev/null
put "workbook rows" "1/s" "$(value "$work/xlsx" xlsx_rows)" "openpyxl, write only" "$(value "$work/openpyxl" openpyxl_rows)"

say "ledger"
openssl rand -hex 32 >"$work/master.key"
chmod 600 "$work/master.key"
cat >"$work/ctok-batch.conf" <<CONF
state_dir = "$work/state";
master_key = "file:$work/master.key";
tenants = ( { name = "acme"; timezone = "Europe/Madrid"; currency = "EUR"; locale = "en";
  sources = ( { name = "shop"; kind = "squarespace"; role = "sale"; api_key = "file:$work/master.key"; } ); } );
CONF
build/bench_ledger "$work/ctok-batch.conf" acme shop "${BENCH_ORDERS:-10000}" >"$work/ledger" 2>"$work/ledger.err"
put "ledger lines" "1/s" "$(value "$work/ledger" ledger_lines)" "bare COPY" "$(value "$work/ledger" copy_lines)"
put "ledger, peak memory" "MiB" "$(value "$work/ledger" ledger_rss)" "limit" 256

say "shops, ${BENCH_SHOP:-1000} documents of each kind"
/usr/bin/python3 tests/bench/shops.py "${BENCH_SHOP:-1000}" >>"$lines"

say "replay, ${BENCH_REPLAY:-20000} stored orders"
build/bench_replay "${BENCH_REPLAY:-20000}" >>"$lines" 2>"$work/replay.err" || cat "$work/replay.err" >&2

for units in ${BENCH_UNITS:-100000}; do
	say "reconcile, $units units"
	build/bench_reconcile "$units" >>"$lines" 2>"$work/reconcile.err" || cat "$work/reconcile.err" >&2
done

say "deals, ${BENCH_DOCUMENTS:-60000} documents"
build/bench_deal "${BENCH_DOCUMENTS:-60000}" >>"$lines" 2>"$work/deal.err" || cat "$work/deal.err" >&2

say "mails, ${BENCH_MAILS:-1000} by each way"
build/bench_mail "${BENCH_MAILS:-1000}" >>"$lines" 2>"$work/mail.err" || cat "$work/mail.err" >&2

say "programs, ${BENCH_SALES:-20000} sales served"
bash tests/bench/programs.sh "${BENCH_SALES:-20000}" "${BENCH_CHANGES:-5000}" >>"$lines"

/usr/bin/python3 - "$lines" build/bench.json <<'PY'
import json, sys
rows = []
for line in open(sys.argv[1]):
    name, unit, value, against, peer = line.rstrip("\n").split("\t")
    value, peer = float(value), float(peer)
    rows.append({"name": name, "unit": unit, "value": value, "against": "%s: %g" % (against, peer), "ratio": round(value / peer, 3) if peer else None})
json.dump(rows, open(sys.argv[2], "w"), indent=1)
for r in rows:
    print("%-44s %12g %-6s %-44s %8s" % (r["name"], r["value"], r["unit"], r["against"], r["ratio"]))
PY
