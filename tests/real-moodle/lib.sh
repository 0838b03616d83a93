# What the tests against a real Moodle share: the shop and the mail server are the sandbox's, the site is yours. See CONTRIBUTING.md.
#
#   MOODLE_URL       its wwwroot                                    MOODLE_TOKEN    file that holds the token
#   MOODLE_DATABASE  conninfo of a read-only account of its         MOODLE_REPORT   id of the custom report, for read level 2
#                    PostgreSQL: what was written is judged there   MOODLE_CA       certificate authority to trust, if it is not the system's
#   MOODLE_COURSES   short names of two courses with manual         MOODLE_LEVEL    read level: 1, 2 or 3
#                    enrolment that we may enrol in and out of
: "${MOODLE_URL:?is not set: see CONTRIBUTING.md}" "${MOODLE_TOKEN:?}" "${MOODLE_DATABASE:?}" "${MOODLE_LEVEL:=1}"
: "${MOODLE_COURSES:=MATH-101 CPR-2Y}" "${MOODLE_REPORT:=0}" "${MOODLE_CA:=}"
. "$(dirname "${BASH_SOURCE[0]}")/../scenarios/lib.sh"
read -r course_a course_b <<<"$MOODLE_COURSES"
today=$(date -u +%Y-%m-%dT%H:%M:%SZ)
tag=$(date -u +%y%j%H%M%S) # whom we make up is told apart from earlier runs' by this

# The settings, as lib.sh makes them, but with the real site.
write_conf() {
	local extra=''
	case $MOODLE_LEVEL in
	1) extra="database = \"$MOODLE_DATABASE\";" ;;
	2) extra="report = $MOODLE_REPORT;" ;;
	esac
	[ -z "$MOODLE_CA" ] || extra="$extra ca_file = \"$MOODLE_CA\";"
	cat >"$dir/ctok-batch.conf" <<CONF
state_dir = "$dir/state";
master_key = "file:$dir/master.key";
template_dir = "$root/templates";
tenants = ( {
  name = "acme"; timezone = "Europe/Madrid"; currency = "EUR"; locale = "en";
  sites = ( { name = "campus"; url = "$MOODLE_URL"; token = "file:$MOODLE_TOKEN"; protected = (${protected:-});
              allow_private = ("$(echo "$MOODLE_URL" | sed 's|^[a-z]*://||; s|[:/].*||')"); $extra ${site_extra:-} } );
  sources = ( { name = "shop"; kind = "squarespace"; role = "sale"; url = "$url"; api_key = "file:$dir/sandbox/shop.key";
                ca_file = "$dir/sandbox/ca.pem"; allow_private = ("127.0.0.1", "localhost");
                learner_name_labels = ("Learner name"); learner_email_labels = ("Learner email"); ${source_extra:-} } );
@include "rules.conf"
  mail = { smtp = "smtp://127.0.0.1:$(cat "$dir/smtp.port")"; from = "Acme Academy <academy@acme.example>"; reply_to = "help@acme.example";
           without = ("welcome", "expiry-soon", "suspended", "restored", "access-held", "certificate-waiting", "certificate-expiring"); };
  certificate = { issuer = "Acme Academy"; signatory = "Dr. Marta Ruiz"; signatory_title = "Director of Studies";
                  verify_url = "https://acme.example/verify/"; };
} );
CONF
}

# ws FUNCTION [name=value …]: what staff does, by the web service and with the token's rights.
ws() {
	local field args=()
	for field in "${@:2}"; do args+=(--data-urlencode "$field"); done
	curl -sS ${MOODLE_CA:+--cacert "$MOODLE_CA"} "$MOODLE_URL/webservice/rest/server.php" -d "wstoken=$(cat "$MOODLE_TOKEN")" -d moodlewsrestformat=json \
		${args[@]+"${args[@]}"} -d "wsfunction=$1"
}
moodle() { psql -qAtX -F ' ' -d "$MOODLE_DATABASE" -c "$1"; } # a statement on Moodle's own tables
# Every enrolment of the site (with a condition: those of it), to the second and by whom, as one hash.
enrolments() {
	moodle "SELECT md5(coalesce(string_agg(ue::text, E'\n' ORDER BY ue.id), '')) FROM mdl_user_enrolments ue
		JOIN mdl_enrol e ON e.id = ue.enrolid WHERE ${1:-true}"
}
accounts() { moodle "SELECT count(*) || ' ' || max(id) FROM mdl_user"; }
# What Moodle holds of somebody's manual enrolments: COURSE STATUS START END, a line each.
held() {
	moodle "SELECT c.shortname, ue.status, ue.timestart, ue.timeend FROM mdl_user_enrolments ue JOIN mdl_enrol e ON e.id = ue.enrolid
		JOIN mdl_course c ON c.id = e.courseid JOIN mdl_user u ON u.id = ue.userid
		WHERE e.enrol = 'manual' AND u.deleted = 0 AND lower(u.email) = lower('${1//\'/\'\'}') ORDER BY 1"
}
# Midnight in Madrid, DAYS after the day that is TERM after the moment: when access that was bought then ends in Moodle.
end_of() { # end_of MOMENT TERM DAYS
	moodle "SELECT extract(epoch FROM (date_trunc('day', timestamptz '$1' AT TIME ZONE 'Europe/Madrid') + interval '$2' + interval '1 day'
		+ interval '$3 days') AT TIME ZONE 'Europe/Madrid')::bigint"
}
minute_of() { date -u -d "${1%%.*}" +%s | awk '{ print $1 - $1 % 60 }'; }

# orders FROM TO SKU CREATED [REFUNDED [MODIFIED]]: an order each for as many made-up learners, bulk…@example.test.
orders() {
	control sql "sql=INSERT INTO shop.orders (id, modified_on, status, customer, doc)
		SELECT d ->> 'id', (d ->> 'modifiedOn')::timestamptz, 'PENDING', NULL, d::text
		  FROM generate_series($1::int, $2::int) n, LATERAL (SELECT json_build_object(
			'id', lpad(to_hex(n), 24, '0'), 'orderNumber', n::text, 'createdOn', '$4', 'modifiedOn', '${6:-$4}', 'channel', 'web', 'testmode', false,
			'customerEmail', 'bulk' || n % 100000 || '-$tag@example.test',
			'billingAddress', json_build_object('firstName', 'Bulk', 'lastName', 'Learner ' || n % 100000), 'shippingAddress', NULL,
			'fulfillmentStatus', 'PENDING', 'lineItems', json_build_array(json_build_object('id', lpad(to_hex(n + 100000000), 24, '0'), 'variantId', NULL,
				'sku', '$3', 'productId', 'product-$3', 'productName', 'Product $3', 'quantity', 1,
				'unitPricePaid', json_build_object('currency', 'EUR', 'value', '99.00'), 'variantOptions', NULL, 'customizations', NULL,
				'imageUrl', NULL, 'lineItemType', 'SERVICE')),
			'internalNotes', json_build_array(), 'shippingLines', json_build_array(), 'discountLines', json_build_array(), 'formSubmission', NULL,
			'fulfillments', json_build_array(), 'subtotal', m.a, 'shippingTotal', m.z, 'discountTotal', m.z, 'taxTotal', m.z,
			'refundedTotal', json_build_object('currency', 'EUR', 'value', '${5:-0.00}'), 'grandTotal', m.a, 'channelName', NULL,
			'externalOrderReference', NULL, 'fulfilledOn', NULL, 'priceTaxInterpretation', 'EXCLUSIVE', 'paymentState', 'PAID') AS d
		  FROM (SELECT json_build_object('currency', 'EUR', 'value', '99.00') AS a, json_build_object('currency', 'EUR', 'value', '0.00') AS z) m) x
		ON CONFLICT (id) DO UPDATE SET modified_on = excluded.modified_on, doc = excluded.doc" | grep -v '^\[\]$'
}
