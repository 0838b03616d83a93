#!/bin/bash
# Two tenants on one machine, and two sites of one tenant: each has its own shop, its own Moodle, its own world. What is silent or down at one ends, and
# keeps from ending, nothing at the other.
read_level=1
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/life.sh"
start_more lab --seed empty --now 2026-11-20T01:50:00Z
start_more beta --seed empty --now 2026-11-20T01:50:00Z
others="lab beta"
site_of() { # site_of BOX NAME: settings of a site
	echo "{ name = \"$2\"; url = \"$(cat "$dir/$1/base-url")\"; token = \"file:$dir/$1/moodle.token\"; ca_file = \"$dir/$1/ca.pem\";
		allow_private = (\"127.0.0.1\", \"localhost\"); database = \"$(cat "$dir/$1/conninfo")\"; }"
}
more_sites=", $(site_of lab lab)"
P='term = "P5D"; notice_days = 1; grace_days'
more_tenants_of() {
	echo ", { name = \"beta\"; timezone = \"Europe/Madrid\"; currency = \"EUR\"; locale = \"en\"; sites = ( $(site_of beta campus) );
	sources = ( { name = \"shop\"; kind = \"squarespace\"; role = \"sale\"; url = \"$(cat "$dir/beta/base-url")\"; api_key = \"file:$dir/beta/shop.key\"; ca_file = \"$dir/beta/ca.pem\";
		allow_private = (\"127.0.0.1\", \"localhost\"); } );
	products = ( { source = \"shop\"; match = \"sku:BOTH\"; site = \"campus\"; courses = (\"BOTH\"); $P = 2; },
		{ source = \"shop\"; match = \"sku:SHORT\"; site = \"campus\"; courses = (\"SHORT\"); $P = 0; } );
	mail = { smtp = \"smtp://127.0.0.1:$(cat "$dir/smtp.port")\"; from = \"Beta School <school@beta.example>\"; reply_to = \"help@beta.example\"; };
	certificate = { issuer = \"Beta School\"; signatory = \"B\"; signatory_title = \"B\"; verify_url = \"https://beta.example/verify/\"; }; }"
}
# Of acme one course of the same name on each of its sites.
rule sku:BOTH BOTH "term = \"P1Y\";"
rule sku:SHORT SHORT "$P = 0;"
rule sku:HERE COURSE "$P = 2;"
site=lab rule sku:THERE COURSE "$P = 2;"
write_rules
start --seed empty --now 2026-11-20T01:50:00Z
more_tenants=$(more_tenants_of)
for box in sandbox beta; do control sql "sql=DELETE FROM shop.orders" >/dev/null; done
box=
courses BOTH SHORT COURSE
box=lab courses COURSE
box=beta courses BOTH SHORT
buy() { order "$1" "$2" "$3@r.test" "${4:-${3^} Test}" 99.00 2026-11-19T10:00:00Z; } # buy NUMBER SKU WHO [NAME]
# The same address buys at both, by another name; the same order numbers.
buy 1 BOTH pat 'Pat Acme'
buy 2 SHORT ann
buy 3 HERE tom
buy 4 THERE una
box=beta buy 1 BOTH pat 'Patricia Beta'
box=beta buy 2 SHORT ben
now=2026-11-20T02:00:00Z
write_conf
for program in ctok-pull-sales ctok-pull-moodle ctok-reconcile; do run $program; done
hold
admin go-live --tenant acme --since 2026-01-01
admin go-live --tenant beta --since 2026-01-01
on D0 2026-11-20T03:00:00Z
turn
names() { for box in sandbox beta; do control sql "sql=SELECT firstname || ' ' || lastname AS t FROM mdl_user WHERE email = 'pat@r.test'" | grep -o '"t":"[^"]*"' | cut -d'"' -f4; done | paste -sd, ; box=; }

# Beta's money goes back.
on D1 2026-11-21T03:00:00Z
box=beta order 1 BOTH pat@r.test 'Patricia Beta' 99.00 2026-11-19T10:00:00Z '' '' 1 99.00 PENDING 2026-11-20T20:00:00Z
turn
on D3 2026-11-23T03:00:00Z
turn
scenario two-tenants-same-email-two-worlds "D0 A 11-19 11:00 > 2027-12-11; D0 A 11-19 11:00 > 2026-12-04, D3 S; Pat Acme,Patricia Beta" \
	"$(story pat BOTH); $(story pat beta/BOTH); $(names)"
expect "each has its own ledger: nothing of the other shows" "Pat Acme 4, Patricia Beta 2" "$(for tenant in acme beta; do
	"$root/build/ctok-sql" "$dir/ctok-batch.conf" $tenant "SELECT string_agg(p.display_name, ' ') || ' ' || (SELECT count(*) FROM ctok.document) FROM ctok.person p WHERE p.email = 'pat@r.test'"; done | paste -sd, | sed 's/,/, /')"
expect "every program of these nights ended well" "" "$codes"

# Acme's shop is silent on the night on which both tenants' access ends.
on D5 2026-11-25T03:00:00Z
control fault kind=html match=/1.0/commerce/orders count=99 >/dev/null
turn
control reset >/dev/null
expect "the silence is told, once" "D5 ctok-pull-sales 12" "$codes"
codes=
on D6 2026-11-26T03:00:00Z
turn
scenario two-tenants-one-silent-other-ends "D0 A 11-19 11:00 > 2026-12-02, D6 S; D0 A 11-19 11:00 > 2026-12-02, D5 S" "$(story ann SHORT); $(story ben beta/SHORT)"

# One of acme's sites is down on the night on which access ends on both.
on D7 2026-11-27T03:00:00Z
box=lab control set maintenance_cli=1 >/dev/null
turn
box=lab control set maintenance_cli=0 >/dev/null
on D9 2026-11-29T03:00:00Z
turn
scenario two-sites-of-one-tenant "D0 A 11-19 11:00 > 2026-12-04, D7 S; D0 -; D0 A 11-19 11:00 > 2026-12-04, D9 S; D0 -" \
	"$(story tom COURSE); $(story tom lab/COURSE); $(story una lab/COURSE); $(story una COURSE)"
expect "the silence of that site is told, and nothing else fails" "D7 ctok-pull-moodle 69, D7 ctok-apply 69" "$codes"
step ctok-report
for tenant in acme beta; do
	expect "every control of $tenant ties" "" "$("$root/build/ctok-sql" "$dir/ctok-batch.conf" $tenant "SELECT string_agg(control, ' ') FROM rule.control_now WHERE expected <> actual")"
done
finish
