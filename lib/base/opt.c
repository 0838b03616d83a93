/* Command lines against tables of options. Every option is long, unabbreviated and, lists apart, given at most once: a
 * script that was right stays right when an option is added. */
#include "base/opt.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define HELP_COLUMNS 80
#define HELP_INDENT 24

struct value {
	const struct opt *opt;
	bool given;
	const char *text;
	const char **texts; /* of a list: as many as there are arguments at most */
	size_t text_count;
	int64_t number; /* of a count, id or moment */
};

struct opt_set {
	struct value *values;
	size_t count;
	const char **args;
	size_t arg_count;
};

static const char *
value_word(const struct opt *opt)
{
	static const char *const words[] = { [OPT_TEXT] = "TEXT",
		[OPT_TEXTS] = "TEXT",
		[OPT_COUNT] = "N",
		[OPT_ID] = "ID",
		[OPT_MOMENT] = "TIME",
		[OPT_FILE] = "FILE" };

	return opt->value != NULL ? opt->value : words[opt->type];
}

static struct value *
find(const struct opt_set *set, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (strlen(set->values[i].opt->name) == len && strncmp(set->values[i].opt->name, name, len) == 0)
			return &set->values[i];
	return NULL;
}

/* The declared name that ${name} may have meant: it begins with it, or is at most two edits away. */
static const char *
nearest(const struct opt_set *set, const char *name, size_t len)
{
	const char *best = NULL, *candidate;
	size_t i, edits, best_edits = 3;

	for (i = 0; i < set->count; i++) {
		candidate = set->values[i].opt->name;
		edits = len >= 3 && strncmp(candidate, name, len) == 0 ? 1 : text_distance(name, len, candidate);
		if (edits < best_edits && edits < strlen(candidate)) {
			best = candidate;
			best_edits = edits;
		}
	}
	return best;
}

static int
unknown(const struct opt_set *set, const char *arg, const char *program, struct err *err)
{
	const char *name = arg + strspn(arg, "-");
	size_t len = strcspn(name, "=");
	const char *meant = nearest(set, name, len);
	int dashes = (int)(name - arg);

	(void)err_set(err, ERR_USAGE, "option \"%.*s%.*s\" is not known", dashes, arg, len < 64 ? (int)len : 64, name);
	if (meant != NULL)
		return err_hint(err, "Did you mean --%s?", meant);
	return err_hint(err, "Run \"%s --help\" for the options.", program);
}

static int
read_value(struct value *value, struct err *err)
{
	const char *text = value->text;
	int64_t least = value->opt->type == OPT_ID ? 1 : 0;

	switch (value->opt->type) {
	case OPT_COUNT:
	case OPT_ID:
		if (text_int64(text, &value->number, err) != 0)
			return -1;
		if (value->number < least)
			return err_set(err, ERR_DATA, "%s is less than %d", text, (int)least);
		return 0;
	case OPT_MOMENT:
		if (strchr(text, 'T') == NULL)
			return clock_parse_date(text, &value->number, err);
		return clock_parse(text, &value->number, NULL, err);
	case OPT_TEXT:
	case OPT_TEXTS:
	case OPT_FILE:
		if (text[0] == '\0')
			return err_set(err, ERR_DATA, "the value is empty");
		if (!text_utf8_valid(text, strlen(text)))
			return err_set(err, ERR_DATA, "the value is not UTF-8");
		return 0;
	case OPT_END_TYPE:
	case OPT_FLAG: break;
	}
	return 0;
}

/* One option at argv[*at]; moves past its value. */
static int
parse_option(struct arena *arena, const struct opt_set *set, int argc, char **argv, int *at, struct err *err)
{
	const char *arg = argv[*at], *equals = strchr(arg, '=');
	size_t len = equals == NULL ? strlen(arg + 2) : (size_t)(equals - arg - 2);
	struct value *value = find(set, arg + 2, len);

	if (value == NULL)
		return unknown(set, arg, argv[0], err);
	if (value->opt->type == OPT_FLAG) {
		if (equals != NULL)
			return err_set(err, ERR_USAGE, "option --%s takes no value", value->opt->name);
		value->given = true;
		return 0;
	}
	if (value->given && value->opt->type != OPT_TEXTS)
		return err_set(err, ERR_USAGE, "option --%s is given twice", value->opt->name);
	if (equals == NULL && *at + 1 >= argc)
		return err_set(err, ERR_USAGE, "option --%s needs a value: %s", value->opt->name, value_word(value->opt));
	value->text = equals == NULL ? argv[++*at] : equals + 1;
	value->given = true;
	if (value->opt->type == OPT_TEXTS) {
		if (value->texts == NULL)
			value->texts = ARENA_ARRAY(arena, (size_t)argc, const char *);
		value->texts[value->text_count++] = value->text;
	}
	/* Numbers and moments are read at once, so that every later question has an answer. */
	if (read_value(value, err) == 0)
		return 0;
	err->code = ERR_USAGE;
	return err_wrap(err, "option --%s", value->opt->name);
}

static int
check_required(const struct opt_set *set, const char *program, struct err *err)
{
	const struct value *help = find(set, "help", 4), *version = find(set, "version", 7);
	size_t i;

	if ((help != NULL && help->given) || (version != NULL && version->given))
		return 0;
	for (i = 0; i < set->count; i++)
		if (set->values[i].opt->required && !set->values[i].given) {
			(void)err_set(err, ERR_USAGE, "option --%s is required", set->values[i].opt->name);
			return err_hint(err, "Run \"%s --help\" for the options.", program);
		}
	return 0;
}

int
opt_parse(struct arena *arena, const struct opt *const *tables, size_t count, int argc, char **argv, size_t max_args,
    struct opt_set **ret_set, struct err *err)
{
	struct opt_set *set = ARENA_NEW(arena, struct opt_set);
	const struct opt *opt;
	size_t i;
	int at;
	bool plain = false;

	for (i = 0; i < count; i++)
		for (opt = tables[i]; opt->name != NULL; opt++)
			set->count++;
	set->values = ARENA_ARRAY(arena, set->count, struct value);
	set->count = 0;
	for (i = 0; i < count; i++)
		for (opt = tables[i]; opt->name != NULL; opt++) {
			BUG_UNLESS(find(set, opt->name, strlen(opt->name)) == NULL);
			set->values[set->count++].opt = opt;
		}
	set->args = ARENA_ARRAY(arena, (size_t)argc + 1, const char *);
	for (at = 1; at < argc; at++) {
		if (!plain && strcmp(argv[at], "--") == 0) {
			plain = true;
		} else if (!plain && argv[at][0] == '-' && argv[at][1] == '-') {
			if (parse_option(arena, set, argc, argv, &at, err) != 0)
				return -1;
		} else if (!plain && argv[at][0] == '-' && argv[at][1] != '\0') {
			return unknown(set, argv[at], argv[0], err);
		} else if (set->arg_count >= max_args) {
			(void)err_set(err, ERR_USAGE, "argument \"%.64s\" is not expected", argv[at]);
			return err_hint(err, "Run \"%s --help\" for the options.", argv[0]);
		} else {
			set->args[set->arg_count++] = argv[at];
		}
	}
	if (check_required(set, argv[0], err) != 0)
		return -1;
	*ret_set = set;
	return 0;
}

static const struct value *
declared(const struct opt_set *set, const char *name, enum opt_type type, enum opt_type or_type)
{
	const struct value *value = find(set, name, strlen(name));

	BUG_UNLESS(value != NULL);
	BUG_UNLESS(value->opt->type == type || value->opt->type == or_type);
	return value;
}

bool
opt_flag(const struct opt_set *set, const char *name)
{
	return declared(set, name, OPT_FLAG, OPT_FLAG)->given;
}

const char *
opt_text(const struct opt_set *set, const char *name)
{
	const struct value *value = find(set, name, strlen(name));

	BUG_UNLESS(value != NULL && value->opt->type != OPT_FLAG);
	return value->text;
}

int64_t
opt_count(const struct opt_set *set, const char *name, int64_t fallback)
{
	const struct value *value = declared(set, name, OPT_COUNT, OPT_ID);

	return value->given ? value->number : fallback;
}

bool
opt_moment(const struct opt_set *set, const char *name, int64_t *ret_utc)
{
	const struct value *value = declared(set, name, OPT_MOMENT, OPT_MOMENT);

	if (value->given)
		*ret_utc = value->number;
	return value->given;
}

const char *const *
opt_texts(const struct opt_set *set, const char *name, size_t *ret_count)
{
	const struct value *value = declared(set, name, OPT_TEXTS, OPT_TEXTS);

	*ret_count = value->text_count;
	return value->texts;
}

const char *const *
opt_args(const struct opt_set *set, size_t *ret_count)
{
	*ret_count = set->arg_count;
	return set->args;
}

/* Words of ${text} from column ${column} on, broken before the last column, continued at the indent. */
static void
wrap(FILE *file, const char *text, size_t column)
{
	size_t len;

	while (*text != '\0') {
		len = strcspn(text, " ");
		if (column > HELP_INDENT && column + 1 + len > HELP_COLUMNS) {
			fprintf(file, "\n%*s", HELP_INDENT, "");
			column = HELP_INDENT;
		} else if (column > HELP_INDENT) {
			fputc(' ', file);
			column++;
		}
		fprintf(file, "%.*s", (int)len, text);
		column += len;
		text += len + strspn(text + len, " ");
	}
	fputc('\n', file);
}

void
opt_help(FILE *file, const struct opt *const *tables, size_t count)
{
	const struct opt *opt;
	size_t i;
	int width;

	for (i = 0; i < count; i++)
		for (opt = tables[i]; opt->name != NULL; opt++) {
			width = fprintf(file, "  --%s", opt->name);
			if (opt->type != OPT_FLAG)
				width += fprintf(file, " %s", value_word(opt));
			if (width + 2 > HELP_INDENT)
				fprintf(file, "\n%*s", HELP_INDENT, "");
			else
				fprintf(file, "%*s", HELP_INDENT - width, "");
			wrap(file, opt->help, HELP_INDENT);
		}
}
