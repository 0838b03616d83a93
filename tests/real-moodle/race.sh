#!/bin/bash
# ctok-apply beside Moodle's own external database enrolment (enrol_database), on your Moodle: as many enrolments of the same people in the same course, in turns.
# Ours knows when they end and writes down what it did; Moodle's writes to its own tables without a web service between. Besides what lib.sh asks for:
#
#   MOODLE_CLI       a command that runs Moodle's PHP programs, up to the folder of its code: "runuser -u www-data -- php /var/www/moodle"
#   MOODLE_OWNER     conninfo, with host, port, user, password and dbname, of an account that may make a table: Moodle reads it as its external database
#   RACE_ENROLMENTS  how many (2000)                                RACE_CONNECTIONS  ctok-apply's connections (2)        RACE_ROUNDS  (3)
. "$(dirname "$0")/lib.sh"
: "${MOODLE_CLI:?is not set: see the head of $0}" "${MOODLE_OWNER:?}"
many=${RACE_ENROLMENTS:-2000} rounds=${RACE_ROUNDS:-3}
site_extra="connections = ${RACE_CONNECTIONS:-2};"
cat >"$dir/rules.conf" <<R
products = ( { source = "shop"; match = "sku:A-*"; site = "campus"; courses = ("$course_a"); term = "P2Y"; grace_days = 0; on_refund = "unenrol"; },
             { source = "shop"; match = "sku:B-*"; site = "campus"; courses = ("$course_b"); term = "P1Y"; grace_days = 0; } );
R
start --seed empty --now "$today"
control sql "sql=DELETE FROM shop.orders" >/dev/null
now() { date -u -d '2 minutes ago' +%Y-%m-%dT%H:%M:%SZ; }
ago() { date -u -d "$today - $1" +%Y-%m-%dT%H:%M:%SZ; }
owner() { psql -qAtX -d "$MOODLE_OWNER" -c "$1"; }
part() { tr ' ' '\n' <<<"$MOODLE_OWNER" | sed -n "s/^$1=//p"; } # of the conninfo
cfg() { $MOODLE_CLI/admin/cli/cfg.php --component="$1" --name="$2" --set="$3"; }
timed() { # timed COMMAND …: its seconds in $took
	local began
	began=$(date +%s%N)
	"$@"
	took=$(date +%s%N | awk -v began="$began" '{ printf "%.2f", ($1 - began) / 1e9 }')
}
enrolled() { # enrolled METHOD: of our people in the course
	moodle "SELECT count(*) FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid JOIN mdl_course c ON c.id = e.courseid JOIN mdl_user u ON u.id = ue.userid
		WHERE e.enrol = '$1' AND c.shortname = '$course_a' AND u.email LIKE 'bulk%-$tag@%' AND ue.status = 0"
}
# What changed in the shop becomes actions that ctok-apply may carry out.
ready() {
	local program
	for program in ctok-pull-sales ctok-pull-moodle ctok-reconcile; do run $program; done
	admin approve --name "$0" --reason 'so many are part of the race'
}
ours() {
	ready
	timed run ctok-apply
	took_ours=$took
	expect "ctok-apply has enrolled all" "0 $many" "$code $(enrolled manual)"
}
sync() {
	$MOODLE_CLI/admin/cli/scheduled_task.php --execute='\enrol_database\task\sync_enrolments' >"$dir/out" 2>&1
	code=$?
}
theirs() {
	owner "INSERT INTO $table SELECT '$course_a', username FROM mdl_user WHERE email LIKE 'bulk%-$tag@%'"
	timed sync
	took_theirs=$took
	expect "Moodle's sync has enrolled all" "0 $many" "$code $(enrolled database)"
}

# The people have accounts, from another course.
night
hold
admin go-live --since "$(ago '30 days' | cut -c1-10)" >/dev/null
orders 100001 $((100000 + many)) B-1 "$(ago '2 days')" 0.00 "$(now)"
ready
run ctok-apply
expect "$many people have accounts" $many "$(moodle "SELECT count(*) FROM mdl_user WHERE email LIKE 'bulk%-$tag@%'")"

table=ctok_race
owner "DROP TABLE IF EXISTS $table; CREATE TABLE $table (course text, username text); INSERT INTO $table VALUES ('-', '-')" # the sync ends nothing for an empty table
plugins=$(moodle "SELECT value FROM mdl_config WHERE name = 'enrol_plugins_enabled'")
tidy() {
	owner "DELETE FROM $table WHERE course <> '-'"
	sync
	$MOODLE_CLI/admin/cli/cfg.php --name=enrol_plugins_enabled --set="$plugins"
	owner "DROP TABLE $table"
}
trap 'tidy; stop_all' EXIT
$MOODLE_CLI/admin/cli/cfg.php --name=enrol_plugins_enabled --set="$plugins,database"
for setting in dbtype=postgres "dbhost=$(part host):$(part port)" "dbuser=$(part user)" "dbpass=$(part password)" "dbname=$(part dbname)" dbencoding=utf-8 \
	localcoursefield=shortname localuserfield=username remoteenroltable=$table remotecoursefield=course remoteuserfield=username \
	defaultrole="$(moodle "SELECT id FROM mdl_role WHERE shortname = 'student'")" unenrolaction=0; do
	cfg enrol_database "${setting%%=*}" "${setting#*=}"
done

for ((round = 1; round <= rounds; round++)); do
	orders $((round * 200000 + 1)) $((round * 200000 + many)) A-1 "$(now)"
	if ((round % 2)); then ours && theirs; else theirs && ours; fi
	echo "# round $round: $many enrolments: ctok-apply $took_ours s, Moodle's sync $took_theirs s, ratio $(echo "scale=2; $took_theirs / $took_ours" | bc)"
	# Both are taken back.
	orders $((round * 200000 + 1)) $((round * 200000 + many)) A-1 "$(now)" 99.00
	ready
	run ctok-apply
	owner "DELETE FROM $table WHERE course <> '-'"
	sync
	expect "nobody is enrolled after round $round" "0 0" "$(enrolled manual) $(enrolled database)"
done
finish
