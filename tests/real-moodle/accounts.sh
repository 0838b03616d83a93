#!/bin/bash
# Accounts on a real Moodle: names, addresses and profile fields that follow the sales, a role of a product, a welcome course, and cohorts that follow
# access. What was written is judged in Moodle's own tables; everything is removed in the end, but for the accounts.
#
#   MOODLE_ROLE    short name of another role that the token's account may assign; without it that is left out
#   MOODLE_FIELD   short name of a text field of the site's own profile fields; without it that is left out
. "$(dirname "$0")/lib.sh"
: "${MOODLE_ROLE:=}" "${MOODLE_FIELD:=}"
buyers=BUY-$tag everybody=ALL-$tag
cat >"$dir/rules.conf" <<R
products = ( { source = "shop"; match = "sku:A-*"; site = "campus"; courses = ("$course_a"); term = "P2Y"; grace_days = 0; on_refund = "unenrol"; cohorts = ("$buyers"); },
             { source = "shop"; match = "sku:W-*"; site = "campus"; courses = ("$course_a"); term = "P2Y"; grace_days = 0; on_refund = "unenrol"; ${MOODLE_ROLE:+role = \"$MOODLE_ROLE\";} } );
R
source_extra='fields = ( { name = "company"; from = ( "Company" ); }, { name = "tax"; from = ( "Tax id" ); } );'
fields='{ moodle = "institution"; from = "company"; policy = "source"; }, { moodle = "idnumber"; from = "tax"; policy = "source"; }'
[ -z "$MOODLE_FIELD" ] || fields="$fields, { moodle = \"profile_field_$MOODLE_FIELD\"; from = \"company\"; policy = \"source\"; }"
cohorts="cohort = \"$everybody\"; make_cohorts = true;"
site_extra="names = \"source\"; email = \"source\"; fields = ( $fields ); welcome = \"$course_b\"; $cohorts"
# Levels 2 and 3 need the id of a role that nobody has yet.
[ -z "$MOODLE_ROLE" ] || site_extra="$site_extra roles = { $MOODLE_ROLE = \"$(psql -qAtX -d "$MOODLE_DATABASE" -c "SELECT id FROM mdl_role WHERE shortname = '$MOODLE_ROLE'")\"; };"
start --seed empty --now "$today"
control sql "sql=DELETE FROM shop.orders" >/dev/null
ago() { date -u -d "$today - $1" +%Y-%m-%dT%H:%M:%SZ; }
now() { date -u -d '2 minutes ago' +%Y-%m-%dT%H:%M:%SZ; }
mail() { echo "$1-$tag@example.test"; }
id_of() { moodle "SELECT id FROM mdl_user WHERE email = '$(mail "$1")' AND deleted = 0"; }
# who ID: what the account says, and its roles in courses.
who() {
	moodle "SELECT u.firstname, u.lastname, split_part(u.email, '-', 1), u.idnumber, u.institution,
		coalesce((SELECT d.data FROM mdl_user_info_data d JOIN mdl_user_info_field f ON f.id = d.fieldid WHERE d.userid = u.id AND f.shortname = '$MOODLE_FIELD'), '-'),
		coalesce((SELECT string_agg(c.shortname || ':' || r.shortname, ',' ORDER BY a.id) FROM mdl_role_assignments a JOIN mdl_role r ON r.id = a.roleid
			JOIN mdl_context x ON x.id = a.contextid AND x.contextlevel = 50 JOIN mdl_course c ON c.id = x.instanceid WHERE a.userid = u.id), '-')
		FROM mdl_user u WHERE u.id = $1"
}
members() { # members COHORT: - where there is none
	moodle "SELECT coalesce((SELECT coalesce(string_agg(split_part(u.email, '-', 1), ' ' ORDER BY u.email), '') FROM mdl_cohort c LEFT JOIN mdl_cohort_members m ON m.cohortid = c.id
		LEFT JOIN mdl_user u ON u.id = m.userid WHERE c.idnumber = '$1' GROUP BY c.id), '-')"
}
cohort_id() { moodle "SELECT id FROM mdl_cohort WHERE idnumber = '$1'"; }
found() { sql "SELECT coalesce(string_agg(class || ' ' || detail, '; ' ORDER BY class, detail), '-') FROM ctok.finding WHERE cleared_at IS NULL AND class <> 'WELCOME_MAIL'"; }
sent() { sql "SELECT count(*) FROM ctok.journal WHERE outcome IN ('sending', 'done')"; }
people() { moodle "SELECT md5(string_agg(u::text, E'\n' ORDER BY id)) FROM (SELECT id, username, email, firstname, lastname, idnumber, institution, suspended, deleted FROM mdl_user
	WHERE email NOT LIKE '%-$tag@example.test') u"; }
other_members() { moodle "SELECT md5(coalesce(string_agg(m::text, E'\n' ORDER BY m.id), '')) FROM mdl_cohort_members m JOIN mdl_user u ON u.id = m.userid WHERE u.email NOT LIKE '%-$tag@example.test'"; }
as() { [ -z "$2" ] && echo "$3" || echo "$1"; } # as VALUE IF-SET ELSE

admin check --contact
expect "the site is in order, and its cohorts will be made" "0 1" "$code $(grep -c "site \"campus\": in order: Moodle .*, will be made: cohorts \"$everybody\", \"$buyers\"$" "$dir/out")"
mv "$dir/ctok-batch.conf" "$dir/kept.conf"
sed 's/make_cohorts = true;//' "$dir/kept.conf" >"$dir/ctok-batch.conf"
admin check --contact
expect "or are not there" "78 1" "$code $(grep -c "site \"campus\": there is no cohort \"$everybody\", \"$buyers\"\. Make it in Moodle" "$dir/out")"
mv "$dir/kept.conf" "$dir/ctok-batch.conf"

strangers="$(people) $(other_members)"
form_extra=',{"label":"Company","value":"ACME & Söhne"},{"label":"Tax id","value":"B'$tag'"}'
order 1 A-1 "$(mail ana)" 'Ana Díaz' 99.00 "$(ago '2 days')" 'Ana Díaz' "$(mail ana)"
form_extra=
order 2 W-1 "$(mail tea)" 'Tea Cher' 99.00 "$(ago '2 days')" 'Tea Cher' "$(mail tea)"
night
expect "the trial night makes nobody, and no cohort" "  - -" "$(id_of ana) $(id_of tea) $(members "$buyers") $(members "$everybody")"
hold
admin go-live --since "$(ago '30 days' | cut -c1-10)"
night
expect "the first live night ends well" 0 "$code"
ana=$(id_of ana) tea=$(id_of tea)
night
expect "so does the next, which finds accounts to fill in" 0 "$code"
field=$(as 'ACME & Söhne' "$MOODLE_FIELD" -)
expect "an account says what the sale says; its courses are the one bought and the welcome" \
	"Ana Díaz ana B$tag ACME & Söhne $field $course_a:student,$course_b:student" "$(who "$ana")"
expect "a product has its role" "Tea Cher tea   - $course_a:${MOODLE_ROLE:-student},$course_b:student" "$(who "$tea")"
expect "the welcome has no end" "$course_b 0 0" "$(held "$(mail ana)" | awk -v c="$course_b" '$1 == c { print $1, $2, $4 }')"
expect "cohorts were made and joined" "ana / ana tea" "$(members "$buyers") / $(members "$everybody")"
expect "nothing is left open" - "$(found)"
before=$(sent)
night
expect "a quiet night sends nothing" "0 $before" "$code $(sent)"

# Staff changes a name and takes somebody out of a cohort; the learner has a new address, of the newest sale.
ws core_user_update_users "users[0][id]=$ana" 'users[0][lastname]=Wrong' >/dev/null
ws core_cohort_delete_cohort_members "members[0][cohortid]=$(cohort_id "$everybody")" "members[0][userid]=$tea" >/dev/null
expect "staff was there" "Wrong ana" "$(moodle "SELECT lastname FROM mdl_user WHERE id = $ana") $(members "$everybody")"
admin person alias "$(mail ana)" "$(mail ana2)" --name Eva --reason 'she called'
expect "one learner with two addresses" 0 "$code"
form_extra=',{"label":"Company","value":"Beta SL"},{"label":"Tax id","value":"C'$tag'"}'
order 3 A-1 "$(mail ana2)" 'Ana Díaz' 99.00 "$(now)" 'Ana Díaz Ruiz' "$(mail ana2)"
form_extra=
night
expect "a night with what staff did" 0 "$code"
field=$(as 'Beta SL' "$MOODLE_FIELD" -)
expect "the account follows the newest sale" "Ana Díaz Ruiz ana2 C$tag Beta SL $field $course_a:student,$course_b:student" "$(who "$ana")"
expect "who was taken out stays out, and is a finding" "ana2 COHORT_LEFT cohort $everybody" "$(members "$everybody") $(found)"
before=$(sent)
night
expect "and nothing else is sent" "0 $before" "$code $(sent)"

# Everybody has the money back.
order 1 A-1 "$(mail ana)" 'Ana Díaz' 99.00 "$(ago '2 days')" 'Ana Díaz' "$(mail ana)" 1 99.00 PENDING "$(now)"
order 2 W-1 "$(mail tea)" 'Tea Cher' 99.00 "$(ago '2 days')" 'Tea Cher' "$(mail tea)" 1 99.00 PENDING "$(now)"
order 3 A-1 "$(mail ana2)" 'Ana Díaz' 99.00 "$(now)" 'Ana Díaz Ruiz' "$(mail ana2)" 1 99.00 PENDING "$(now)"
night
expect "their access is over, not their welcome" "$course_b:student $course_b:student" "$(who "$ana" | awk '{ print $NF }') $(who "$tea" | awk '{ print $NF }')"
expect "and so are their places in cohorts" " / " "$(members "$buyers") / $(members "$everybody")"
night
expect "every control ties" "" "$(sql "SELECT control FROM rule.control_now WHERE expected <> actual")"
expect "nobody else was touched" "$strangers" "$(people) $(other_members)"

# Away with it.
course=$(moodle "SELECT id FROM mdl_course WHERE shortname = '$course_b'")
for user in $ana $tea; do
	ws enrol_manual_unenrol_users "enrolments[0][userid]=$user" "enrolments[0][courseid]=$course" >/dev/null
done
ws core_cohort_delete_cohorts "cohortids[0]=$(cohort_id "$buyers")" "cohortids[1]=$(cohort_id "$everybody")" >/dev/null
expect "nothing is left but accounts, and two empty cohorts where the service does not offer to delete them" " " "$(held "$(mail ana2)") $(held "$(mail tea)")"
finish
