#!/bin/bash
# make demo: a small world of our own, a trial night, going live, a second night. Everything lands under demo/; nothing keeps running.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD demo=$PWD/demo
sandbox= smtpd=

stop() {
	[ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null
	[ -z "$smtpd" ] || kill "$smtpd" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$demo/sandbox" "$demo/smtp.port"
}
trap stop EXIT
trap 'exit 130' INT TERM

wait_for() { # wait_for FILE WHAT
	local i
	for i in $(seq 1200); do
		[ -e "$1" ] && return 0
		sleep 0.05
	done
	echo "error: $2 did not start; see $demo/log" >&2
	cat "$demo"/log/sandbox.log "$demo"/log/smtpd.log >&2 2>/dev/null
	exit 1
}
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# What an earlier demo left. Its database is elsewhere when the server's account may not enter this directory.
[ ! -L "$demo/db" ] || rm -rf "$(readlink "$demo/db")"
rm -rf "$demo"
mkdir -p "$demo/log" "$demo/mail"

say "Starting a sandbox that plays a shop and a Moodle, and a mail server"
build/ctok-sandbox --state "$demo/sandbox" --world seed=7,sales=300 >"$demo/log/sandbox.log" 2>&1 &
sandbox=$!
/usr/bin/python3 tests/support/smtpd.py --maildir "$demo/mail" --port 0 --port-file "$demo/smtp.port" >"$demo/log/smtpd.log" 2>&1 &
smtpd=$!
wait_for "$demo/sandbox/ready" "the sandbox"
wait_for "$demo/smtp.port" "the mail server"

# What the programs use stays after the sandbox is gone, so that the configuration can be read and tried.
mkdir -p "$demo/conf"
cp "$demo/sandbox/ca.pem" "$demo/sandbox/moodle.token" "$demo/sandbox/shop.key" "$demo/sandbox/rules.conf" "$demo/conf/"
(umask 077 && openssl rand -hex 32 >"$demo/conf/master.key")
chmod 600 "$demo"/conf/*.key "$demo/conf/moodle.token"
url=$(cat "$demo/sandbox/base-url")
cat >"$demo/ctok-batch.conf" <<CONF
# Written by make demo. The shop and the Moodle it names are played by tests/sandbox.
state_dir = "$demo";
master_key = "file:$demo/conf/master.key";
template_dir = "$root/templates";
tenants = ( {
  name = "acme"; timezone = "Europe/Madrid"; currency = "EUR"; locale = "en";
  sites = ( { name = "campus"; url = "$url"; token = "file:$demo/conf/moodle.token"; report = 2;
              ca_file = "$demo/conf/ca.pem"; allow_private = ("localhost", "127.0.0.1"); } );
  sources = ( { name = "shop"; kind = "squarespace"; role = "sale"; url = "$url"; api_key = "file:$demo/conf/shop.key";
                ca_file = "$demo/conf/ca.pem"; allow_private = ("localhost", "127.0.0.1");
                learner_name_labels = ("Learner name", "Nombre del alumno"); learner_email_labels = ("Learner email", "Correo del alumno"); } );
@include "conf/rules.conf"
  mail = { smtp = "smtp://127.0.0.1:$(cat "$demo/smtp.port")"; from = "Acme Academy <academy@acme.example>"; reply_to = "help@acme.example"; };
  certificate = { issuer = "Acme Academy"; signatory = "Dr. Marta Ruiz"; signatory_title = "Director of Studies";
                  verify_url = "https://acme.example/verify/"; };
} );
CONF

night() {
	bin/ctok-nightly --config "$demo/ctok-batch.conf" --verbose >"$demo/night.out" 2>&1
	code=$?
	rm -f "$demo/night.out"
	cat "$demo/summary.txt"
	case $code in
	0 | 65) ;; # 65: the world holds orders that a person must look at
	*) echo "error: the night ended with exit $code; see $demo/log/ctok-batch.log" >&2; exit 1 ;;
	esac
}

say "A trial night: everything is read and planned, nothing is written"
night
bin/ctok-admin plan --config "$demo/ctok-batch.conf" >"$demo/plan.txt" || exit 1
say "What it would change (first lines of demo/plan.txt)"
head -12 "$demo/plan.txt"
echo "  …"
tail -1 "$demo/plan.txt"

since=$(cat "$demo/sandbox/first-day")
say "Going live for sales since $since, the world's first day"
bin/ctok-admin go-live --config "$demo/ctok-batch.conf" --since "$since" || exit 1

say "The second night: the plan is carried out"
night

say "Where things are"
printf '  %-30s %s\n' \
	"demo/report/*.xlsx" "the workbook of each night" \
	"demo/plan.txt" "what the trial night planned, in plain sentences" \
	"demo/certificates/*.pdf" "$(find "$demo/certificates" -name '*.pdf' | wc -l) certificates" \
	"demo/mail/" "$(find "$demo/mail" -type f | wc -l) mails (a Maildir)" \
	"demo/log/ctok-batch.log" "one line per event" \
	"demo/ctok-batch.conf" "the settings that were used"
