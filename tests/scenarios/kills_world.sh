# The evening before a night with every kind of action, for scenarios about nights that are cut off. Source it; then, with further settings
# of the first rule in $world_rule and of the site in $world_site:
#   prepare     sandbox, mail server, two nights before; what the night will find is in the shop and in Moodle
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

prepare() {
	cat >"$dir/rules.conf" <<R
products = ( { source = "shop"; match = "sku:MATH-*"; site = "campus"; courses = ("MATH-101"); term = "P2Y"; grace_days = 0; ${world_rule:-} },
             { source = "shop"; match = "sku:CPR-*"; site = "campus"; courses = ("CPR-2Y"); term = "P2Y"; grace_days = 0; on_refund = "unenrol"; },
             { source = "shop"; match = "sku:BIG-*"; site = "campus"; courses = ("BIG"); term = "P1M"; grace_days = 14; },
             { source = "shop"; match = "sku:SAFE-*"; site = "campus"; courses = ("SAFE-OPT"); term = "P1M"; grace_days = 0; } );
R
	site_extra="batch = 2; connections = 2; names = \"source\"; ${world_site:-}"
	now=2026-11-20T09:45:00Z
	start --seed contract --now 2026-11-20T09:41:24Z
	control clock now=2026-11-20T09:45:00Z frozen=1 >/dev/null
	control sql "sql=DELETE FROM shop.orders" >/dev/null
	order 1 MATH-1 ana@example.test 'Ana Díaz' 99.00 2026-11-18T10:00:00Z
	order 2 MATH-1 ben@example.test 'Ben Ruiz' 99.00 2026-11-18T10:01:00Z
	order 3 CPR-1 eva@example.test 'Eva Gil' 50.00 2026-11-18T10:02:00Z
	order 4 CPR-1 learner05@example.test 'İbrahim Şahin' 50.00 2026-11-18T10:03:00Z
	order 5 BIG-1 gil@example.test 'Gil Grau' 20.00 2026-10-22T10:00:00Z
	order 6 BIG-1 ida@example.test 'Ida Ives' 20.00 2026-10-22T11:00:00Z
	order 7 BIG-1 leo@example.test 'Leo Lund' 20.00 2026-11-02T10:00:00Z
	order 8 SAFE-1 mia@example.test 'Mia Moor' 20.00 2026-10-22T10:00:00Z
	order 9 SAFE-1 noa@example.test 'Noa Nash' 20.00 2026-10-22T10:00:00Z
	order 22 CPR-1 learner07@example.test 'Ελένη Παπαδοπούλου' 50.00 2026-11-18T10:08:00Z
	order 23 CPR-1 learner08@example.test 'محمد العربي' 50.00 2026-11-18T10:09:00Z
	order 10 NOBODY-KNOWS ana@example.test 'Ana Díaz' 10.00 2026-11-18T13:00:00Z
	admin go-live --since 2026-01-01
	night
	expect "the first night ends well" 0 "$code"
	# Ben gives his money back, and is suspended.
	now=2026-11-21T03:00:00Z write_conf
	control clock now=2026-11-21T03:00:00Z frozen=1 >/dev/null
	order 2 MATH-1 ben@example.test 'Ben Ruiz' 99.00 2026-11-18T10:01:00Z '' '' 1 99.00 PENDING 2026-11-20T20:00:00Z
	night
	expect "the second night ends well" 0 "$code"

	# What the night will find.
	now=2026-11-25T03:00:00Z write_conf
	control clock now=2026-11-25T03:00:00Z frozen=1 >/dev/null
	order 11 MATH-1 zoe@example.test 'Zoe Zamora' 99.00 2026-11-24T10:00:00Z                     # create_account, enrol
	order 12 CPR-1 yan@example.test 'Yan Young' 50.00 2026-11-24T10:01:00Z
	order 13 BIG-1 zoe@example.test 'Zoe Zamora' 20.00 2026-11-24T10:02:00Z
	order 14 MATH-1 boss@example.test 'Big Boss' 99.00 2026-11-24T10:03:00Z 'Xenia Xu' xenia@example.test 2
	order 15 MATH-1 ben@example.test 'Ben Ruiz' 99.00 2026-11-24T10:04:00Z                       # resume
	order 16 BIG-1 leo@example.test 'Léo Lund' 20.00 2026-11-24T10:05:00Z                        # extend, update_account
	order 17 MATH-1 learner06@example.test 'Владимир Петров' 99.00 2026-11-24T10:06:00Z          # take_over
	order 18 MATH-1 learner10@example.test '山田 太郎' 99.00 2026-11-24T10:07:00Z
	order 21 UNKNOWN-TOO zoe@example.test 'Zoe Zamora' 15.00 2026-11-24T10:10:00Z                # a finding
	order 1 MATH-1 ana@example.test 'Ana Díaz' 99.00 2026-11-18T10:00:00Z '' '' 1 99.00 PENDING 2026-11-24T11:00:00Z # suspend
	order 3 CPR-1 eva@example.test 'Eva Gil' 50.00 2026-11-18T10:02:00Z '' '' 1 50.00 PENDING 2026-11-24T11:01:00Z   # unenrol
	control sql "sql=UPDATE mdl_course_completions SET timecompleted = 1795514400, timestarted = 1795500000 WHERE course = 3 AND userid IN (9, 10)" >/dev/null # certificates
	# Gil and Ida come into grace, Mia's and Noa's time is over without it.
}
