# What every scenario shares: a sandbox, a mail server, a configuration, and words to say what is expected. Source it first.
#
#   . "$(dirname "$0")/lib.sh"
#   start [sandbox options]     world="--world …" by convention
#   night [--dry-run …]         run ctok-nightly; its exit code in $code, its output in $dir/out
#   expect TITLE EXPECTED FOUND
#   finish                      last line
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
root=$PWD
dir=$(mktemp -d "${TMPDIR:-/tmp}/ctok-scenario-XXXXXX")
chmod 755 "$dir"
n=0 bad=0 sandbox= smtpd= code=0

stop_all() {
	[ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null
	[ -z "$smtpd" ] || kill "$smtpd" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$dir"
}
trap stop_all EXIT
trap 'exit 1' INT TERM

expect() { # expect TITLE EXPECTED FOUND
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		bad=$((bad + 1))
		echo "not ok $n - $1"
		printf '#   expected: %s\n#   found:    %s\n' "$2" "$3"
		[ ! -s "$dir/out" ] || sed 's/^/#   | /' "$dir/out" | tail -15
	fi
}

finish() {
	echo "1..$n"
	[ "$bad" -eq 0 ] || { [ -z "${KEEP:-}" ] || cp -r "$dir" "$KEEP"; exit 1; }
	exit 0
}

wait_for() { # wait_for FILE
	local i
	for i in $(seq 600); do
		[ -e "$1" ] && return 0
		sleep 0.05
	done
	echo "not ok - $1 did not appear"
	cat "$dir"/*.log 2>/dev/null | tail -20
	exit 1
}

start() { # start [options of the sandbox]
	"$root/build/ctok-sandbox" --state "$dir/sandbox" "$@" >"$dir/sandbox.log" 2>&1 &
	sandbox=$!
	mkdir -p "$dir/mail"
	/usr/bin/python3 "$root/tests/support/smtpd.py" --maildir "$dir/mail" --port 0 --port-file "$dir/smtp.port" >"$dir/smtpd.log" 2>&1 &
	smtpd=$!
	openssl rand -hex 32 >"$dir/master.key"
	chmod 600 "$dir/master.key"
	wait_for "$dir/sandbox/ready"
	wait_for "$dir/smtp.port"
	url=$(cat "$dir/sandbox/base-url")
	: "${read_level:=2}"
	write_conf
}

# The settings; the product rules are in $dir/rules.conf.
write_conf() {
	local extra=''
	case $read_level in
	1) extra="database = \"$(cat "$dir/sandbox/conninfo")\";" ;;
	2) extra="report = 2;" ;;
	esac
	cat >"$dir/ctok-batch.conf" <<CONF
state_dir = "$dir/state";
master_key = "file:$dir/master.key";
template_dir = "$root/templates";
${now:+test_now = "$now";}
tenants = ( {
  name = "acme"; timezone = "Europe/Madrid"; currency = "EUR"; locale = "${locale:-en}";
  sites = ( { name = "campus"; url = "$url"; token = "file:$dir/sandbox/moodle.token"; ca_file = "$dir/sandbox/ca.pem";
              allow_private = ("127.0.0.1", "localhost"); $extra } );
  sources = ( { name = "shop"; kind = "squarespace"; role = "sale"; url = "$url"; api_key = "file:$dir/sandbox/shop.key";
                ca_file = "$dir/sandbox/ca.pem"; allow_private = ("127.0.0.1", "localhost");
                learner_name_labels = ("Learner name", "Nombre del alumno"); learner_email_labels = ("Learner email", "Correo del alumno"); } );
@include "rules.conf"
  mail = { smtp = "smtp://127.0.0.1:$(cat "$dir/smtp.port")"; from = "Acme Academy <academy@acme.example>"; reply_to = "help@acme.example"; };
  certificate = { issuer = "Acme Academy"; signatory = "Dr. Marta Ruiz"; signatory_title = "Director of Studies";
                  verify_url = "https://acme.example/verify/"; };
} );
CONF
}

run() { # run PROGRAM [options]: exit code in $code, output in $dir/out
	"$root/bin/$1" ${2+"${@:2}"} --config "$dir/ctok-batch.conf" >"$dir/out" 2>&1 </dev/null
	code=$?
}
admin() { # admin COMMAND [options]
	"$root/bin/ctok-admin" "$1" --config "$dir/ctok-batch.conf" ${2+"${@:2}"} >"$dir/out" 2>&1 </dev/null
	code=$?
}
night() { run ctok-nightly "$@"; }
sql() { "$root/build/ctok-sql" "$dir/ctok-batch.conf" acme "$1"; }
control() { # control NAME [field=value …]
	local args=() field
	for field in "${@:2}"; do args+=(--data-urlencode "$field"); done
	curl -sS --cacert "$dir/sandbox/ca.pem" -H "Authorization: Bearer $(cat "$dir/sandbox/control.key")" -X POST "${args[@]}" "$url/_sandbox/$1"
}
mails() { find "$dir/mail/new" -type f 2>/dev/null | wc -l; }
