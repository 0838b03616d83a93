# Includes point down only; `admin` is jobs/admin/, the commands of ctok-admin. Prints what breaks the order, exits 1.
# Usage: awk -f tools/check-layers.awk lib/*/*.[ch] include/*/*.h jobs/*.c jobs/*/*.[ch]
BEGIN {
	order = "base adapter config db http page,brake,job outbox,sales,moodle party entitle,token,seat,wallet finding plan apply certificate report admin jobs"
	n = split(order, levels, " ")
	for (i = 1; i <= n; i++) {
		m = split(levels[i], areas, ",")
		for (j = 1; j <= m; j++)
			rank[areas[j]] = i
	}
}
FNR == 1 {
	split(FILENAME, part, "/")
	area = part[1] == "jobs" ? "jobs" : part[2]
	own = FILENAME
	sub(/^(lib|include)\//, "", own)
	if (!(area in rank)) {
		print FILENAME ": area \"" area "\" has no place in the order of tools/check-layers.awk"
		bad = 1
	}
}
/^#include "/ {
	target = $2
	gsub(/"/, "", target)
	if (target !~ /\//)
		next # beside the file, or generated
	split(target, to, "/")
	if (!(to[1] in rank)) {
		print FILENAME ":" FNR ": includes \"" target "\" of an unknown area"
		bad = 1
	} else if (rank[to[1]] > rank[area] || (rank[to[1]] == rank[area] && to[1] != area)) {
		print FILENAME ":" FNR ": " area " must not include \"" target "\""
		bad = 1
	}
}
# Third-party headers: only in adapter, db (libpq) and http (libcurl), and never in include/.
/^#include </ {
	target = $2
	if (target ~ /^<(libpq|curl|jansson|libconfig|xlsxwriter|hpdf|hb|fribidi|qrencode|sodium|utf8proc|unicode\/|idn2|zlib|poppler|cairo|glib|gmime)/) {
		if (FILENAME ~ /^include\// || (area != "adapter" && area != "db" && area != "http")) {
			print FILENAME ":" FNR ": " target " belongs in an adapter"
			bad = 1
		}
	}
}
END { exit bad }
