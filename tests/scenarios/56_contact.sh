#!/bin/bash
# ctok-admin check --contact: what each source and each Moodle says to whoever knocks: keys, permissions, addresses, clocks, folders, functions, cohorts.
now=2026-11-20T12:00:00Z
. "$(dirname "$0")/lib.sh"
echo 'products = ( { source = "shop"; match = "sku:X"; exclude = true; } );' >"$dir/rules.conf"
start --seed contract --now 2026-11-20T12:00:00Z
in=$dir/in
mkdir -p "$in/rejected"
echo x >"$in/a.csv"
echo x >"$in/rejected/b.csv"
of() { # of NAME KIND ROLE SETTINGS: a source on the sandbox
	echo ", { name = \"$1\"; kind = \"$2\"; role = \"$3\"; ca_file = \"$dir/sandbox/ca.pem\"; allow_private = (\"127.0.0.1\", \"localhost\"); $4 }"
}
sources() { # sources WOO_KEY FS_TOKEN STRIPE_KEY FOLDER
	more_sources="$(of woo woocommerce sale "url = \"$url/\"; api_key = \"file:$1\";")$(of erp facturascripts invoice "url = \"$url\"; token = \"file:$2\";")$(
		of pay stripe payment "url = \"$url\"; api_key = \"file:$3\";"), { name = \"files\"; kind = \"csv\"; preset = \"squarespace\"; folder = \"$4\"; },
		{ name = \"old\"; kind = \"csv\"; preset = \"squarespace\"; folder = \"/none\"; closed = true; }"
	write_conf
}
site_says() { grep 'site "campus"' "$dir/out" | sed 's/^acme, site "campus": //'; }
says() { grep "source \"$1\"" "$dir/out" | sed 's/^acme, source "[a-z]*": //'; }
check() { run ctok-admin check "$@"; }

sources "$dir/sandbox/woo.key" "$dir/sandbox/fs.token" "$dir/sandbox/stripe.key" "$in"
check
expect "by itself it asks nobody" "0 the settings are in order" "$code $(cat "$dir/out")"
check --contact
expect "all is in order" 0 "$code"
expect "of the shop" "in order: may read orders" "$(says shop)"
expect "of another" "in order: may read orders" "$(says woo)"
expect "of the invoices" "in order: may read invoices, lines, receipts, payments, contacts, companies and clients; there is no invoice yet" "$(says erp)"
expect "of the payments" "in order: a key of live mode that may read events and money" "$(says pay)"
expect "of the files" "in order: the folder can be read and written; 1 file waits in it, 1 was rejected" "$(says files)"
expect "who is closed is left alone" "closed, not asked" "$(says old)"
expect "of the Moodle" 'in order: Moodle 4.5.6 (Build: 20250811), as "ctokbatch", at read level 2' "$(site_says)"
expect "it leaves no trace" "no" "$([ -e "$dir/state/db" ] && echo a database || echo no)"

umask 077
echo ck_0:cs_0 >"$dir/bad.key"
echo sk_live_0000000000000000 >"$dir/bad.stripe"
echo nonsense >"$dir/bad.token"
umask 022
sources "$dir/bad.key" "$dir/bad.token" "$dir/bad.stripe" "/none"
check --contact
expect "the worst of what is wrong is the exit code" 78 "$code"
expect "a wrong key of a shop, and what to do about it" 'the shop does not accept the key: status 401 woocommerce_rest_authentication_error "Consumer key is invalid.". Make a key with the right to read (WooCommerce, Settings, Advanced, REST API) and put it where api_key points.' "$(says woo)"
expect "a wrong token" 1 "$(says erp | grep -c 'the site does not accept the token: status 401')"
expect "a wrong key of payments" 1 "$(says pay | grep -c 'Stripe does not accept the API key: status 401')"
expect "no key is repeated" 0 "$(grep -c 'ck_0\|cs_0\|sk_live_0\|nonsense' "$dir/out")"
expect "the shop is still in order" "in order: may read orders" "$(says shop)"
expect "a folder that is not there" "could not read folder \"/none\": No such file or directory" "$(says files)"
# The clock, and a key without a right.
sources "$dir/sandbox/woo.key" "$dir/sandbox/fs.token" "$dir/sandbox/stripe.key" "$in"
control sql "sql=UPDATE stripe.kind SET allowed = false WHERE name = 'payouts'" >/dev/null
control set date_off_s=-1200 >/dev/null
check --contact
expect "a right that a key lacks" 1 "$(says pay | grep -c '/v1/payouts.*status 403')"
expect "clocks that are twenty minutes apart" 1 "$(says shop | grep -c "the shop's clock")"

# Moodle: only what the settings need is asked for.
control sql "sql=UPDATE stripe.kind SET allowed = true" >/dev/null
control set date_off_s=0 >/dev/null
more_sources=
without() { # without FUNCTION: the service lacks it from now on
	control sql "sql=DELETE FROM mdl_external_services_functions WHERE functionname = '$1'" >/dev/null
}
without core_cohort_create_cohorts
for read_level in 1 2 3; do
	site_extra='cohort = "SUBS";' && write_conf && check --contact
	expect "cohorts that are there, at read level $read_level" "0 1" "$code $(site_says | grep -c "^in order: .*, at read level $read_level$")"
	site_extra='cohort = "NOPE";' && write_conf && check --contact
	expect "one that is not" '78 there is no cohort "NOPE". Make it in Moodle under that ID number, or let it be made (make_cohorts of the site).' "$code $(site_says)"
done
site_extra='cohort = "NOPE"; make_cohorts = true;' && write_conf && check --contact
expect "a function that only making them needs" '77 the token'"'"'s service on site "campus" lacks "core_cohort_create_cohorts" (to make cohorts). Add the functions to the service under Site administration, Server, External services.' \
	"$code $(site_says)"
without core_user_update_users
site_extra= && write_conf && check --contact
expect "who does not ask for it is not told" "0 1" "$code $(site_says | grep -c '^in order: ')"
site_extra='names = "source";' && write_conf && check --contact
expect "who changes accounts is" "77 1" "$code $(site_says | grep -c 'lacks "core_user_update_users" (to change what accounts say)')"
control sql "sql=DELETE FROM mdl_role_capabilities WHERE capability LIKE 'moodle/cohort:%'" >/dev/null
site_extra='cohort = "SUBS";' && write_conf && check --contact
expect "cohorts that we may not see" "77 1" "$code $(site_says | grep -c 'could not list the cohorts of site "campus": .*nopermissions.*moodle/cohort:view')"
umask 077
echo 00000000000000000000000000000000 >"$dir/sandbox/moodle.token"
umask 022
check --contact
expect "a token that the site does not know" "77 1" "$code $(site_says | grep -c 'invalidtoken.*make a new one for the service')"
finish
