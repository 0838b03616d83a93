# Embed each sql/<area>/<name>.sql as `const char sql_<area>_<name>[]`, and the migrations and rules also as ordered lists
# with their names. Lines stay as they are, so that a server's "LINE n" points into the file.
function flush_file() {
	if (current != "")
		print ";" >source
}
BEGIN {
	print "#ifndef SQL_H\n#define SQL_H\n" >header
	print "struct sql_file {\n\tconst char *name;\n\tconst char *text;\n};\n" >header
	print "#include <stddef.h>\n#include \"sql.h\"" >source
}
FNR == 1 {
	flush_file()
	current = FILENAME
	symbol = FILENAME
	sub(/\.sql$/, "", symbol)
	sub(/^sql\//, "", symbol)
	area = symbol
	sub(/\/.*/, "", area)
	name = symbol
	sub(/^[^\/]*\//, "", name)
	gsub(/[^a-zA-Z0-9]/, "_", symbol)
	symbol = "sql_" symbol
	print "extern const char " symbol "[];" >header
	printf "const char %s[] =", symbol >source
	if (area == "migrations" || area == "rules")
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
	print "extern const struct sql_file sql_migrations[];\nextern const struct sql_file sql_rules[];\n\n#endif" >header
	print "const struct sql_file sql_migrations[] = {\n" lists["migrations"] "\t{ NULL, NULL }\n};" >source
	print "const struct sql_file sql_rules[] = {\n" lists["rules"] "\t{ NULL, NULL }\n};" >source
}
