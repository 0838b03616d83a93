# Embed each sql/<area>/<name>.sql as `const char sql_<area>_<name>[]`, and the migrations and rules also as ordered lists
# with their names. Lines stay as they are, so that a server's "LINE n" points into the file. With -v strip=DIR/ the files of
# another directory are embedded as `sql_<name>`, without the lists.
function flush_file() {
	if (current != "")
		print ";" >source
}
BEGIN {
	lists_too = strip == ""
	if (lists_too)
		strip = "sql/"
	include = header
	sub(/.*\//, "", include)
	guard = toupper(include)
	gsub(/[^A-Z0-9]/, "_", guard)
	print "#ifndef " guard "\n#define " guard "\n" >header
	if (lists_too)
		print "struct sql_file {\n\tconst char *name;\n\tconst char *text;\n};\n" >header
	print "#include <stddef.h>\n#include \"" include "\"" >source
}
FNR == 1 {
	flush_file()
	current = FILENAME
	symbol = FILENAME
	sub(/\.sql$/, "", symbol)
	symbol = substr(symbol, length(strip) + 1)
	area = symbol
	sub(/\/.*/, "", area)
	name = symbol
	sub(/^[^\/]*\//, "", name)
	gsub(/[^a-zA-Z0-9]/, "_", symbol)
	symbol = "sql_" symbol
	print "extern const char " symbol "[];" >header
	printf "const char %s[] =", symbol >source
	if (lists_too && (area == "migrations" || area == "rules"))
		lists[area] = lists[area] "\t{ \"" name "\", " symbol " },\n"
}
{
	line = $0
	gsub(/\\/, "&&", line)
	gsub(/"/, "\\\"", line)
	printf "\n\t\"%s\\n\"", line >source
}
END {
	flush_file()
	if (!lists_too) {
		print "\n#endif" >header
		exit
	}
	print "extern const struct sql_file sql_migrations[];\nextern const struct sql_file sql_rules[];\n\n#endif" >header
	print "const struct sql_file sql_migrations[] = {\n" lists["migrations"] "\t{ NULL, NULL }\n};" >source
	print "const struct sql_file sql_rules[] = {\n" lists["rules"] "\t{ NULL, NULL }\n};" >source
}
