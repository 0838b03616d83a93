/* People of the made-up academy, with names in many scripts, and how they spell themselves. */
#include "world_parts.h"

#include <stdio.h>
#include <string.h>

uint64_t
rng_next(struct rng *rng)
{
	uint64_t z = rng->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t
rng_below(struct rng *rng, size_t n)
{
	return n == 0 ? 0 : (size_t)(rng_next(rng) % n);
}

bool
rng_permille(struct rng *rng, unsigned share)
{
	return rng_next(rng) % 1000 < share;
}

int64_t
rng_between(struct rng *rng, int64_t from, int64_t to)
{
	return from + (int64_t)(rng_next(rng) % (uint64_t)(to - from + 1));
}

static const struct {
	const char *first, *last;
} names[] = {
	{ "Ana", "García Pérez" },
	{ "Luis", "Fernández" },
	{ "Carmen", "Núñez-Ibáñez" },
	{ "Jorge", "Muñoz" },
	{ "Lucía", "Peña" },
	{ "Iker", "Etxeberria" },
	{ "Marta", "Ruiz" },
	{ "Núria", "Puig i Soler" },
	{ "Xoán", "Castiñeira" },
	{ "John", "Smith" },
	{ "Mary-Jane", "O'Connor" },
	{ "Seán", "Ó Súilleabháin" },
	{ "Anne-Marie", "D'Hondt" },
	{ "Zoë", "van der Berg" },
	{ "François", "Lefèvre" },
	{ "Renée", "Noël" },
	{ "Jürgen", "Müller-Lüdenscheidt" },
	{ "Søren", "Kierkegård" },
	{ "Þór", "Ægisson" },
	{ "Björk", "Guðmundsdóttir" },
	{ "Łukasz", "Żółć" },
	{ "Dvořák", "Antonín" },
	{ "Šárka", "Žižková" },
	{ "İbrahim", "Şahin" },
	{ "Ünal", "Öztürk" },
	{ "Nguyễn", "Thị Hạnh" },
	{ "Trần", "Văn Đức" },
	{ "Phạm", "Quỳnh Như" },
	{ "Ελένη", "Παπαδοπούλου" },
	{ "Ἀλέξανδρος", "Ἠπειρώτης" },
	{ "Мария", "Иванова" },
	{ "Володимир", "Ґонта" },
	{ "محمد", "العربي" },
	{ "فاطمة", "الزهراء" },
	{ "علی", "رضایی" },
	{ "דוד", "כהן" },
	{ "שָׂרָה", "לֵוִי" },
	{ "सीता", "शर्मा" },
	{ "अर्जुन", "क्षत्रिय" },
	{ "สมชาย", "ใจดี" },
	{ "山田", "太郎" },
	{ "佐藤", "花子" },
	{ "王", "小明" },
	{ "歐陽", "震華" },
	{ "김", "민수" },
	{ "이", "서연" },
	{ "Tom & Jerry", "\"Quotes\"" },
	{ "Chloé", "de la Fontaine-Beauregard" },
	{ "A", "B" },
	{ "Maximiliana Guadalupe", "de Todos los Santos y Fernández de Córdoba" },
	{ "Ṣọlá", "Ọ̀ṣọ́" },
	{ "Kāne", "Ka‘ahumanu" },
};

static const char *const companies[] = { "Acme", "Brisa", "Cobalto", "Dorado", "Esfera", "Faro", "Galena", "Horizonte" };

/* ASCII letters of a name, lower case; "p" when it has none. */
static const char *
handle(struct arena *arena, const char *text)
{
	char *out = arena_alloc(arena, strlen(text) + 2), *p = out;

	for (; *text != '\0' && p - out < 12; text++) {
		if (*text >= 'a' && *text <= 'z')
			*p++ = *text;
		else if (*text >= 'A' && *text <= 'Z')
			*p++ = (char)(*text + 32);
	}
	if (p == out)
		*p++ = 'p';
	*p = '\0';
	return out;
}

static enum account
choose_account(struct rng *rng)
{
	size_t n = rng_below(rng, 1000);

	if (n >= 300)
		return ACCOUNT_NONE;
	if (n < 25)
		return ACCOUNT_ODD_CASE;
	if (n < 45)
		return ACCOUNT_HIDDEN;
	if (n < 53)
		return ACCOUNT_SUSPENDED;
	return n < 57 ? ACCOUNT_TWICE : ACCOUNT_PLAIN;
}

size_t
world_person(struct world *world, bool company)
{
	size_t n = world->people_count, k = rng_below(&world->rng, sizeof(names) / sizeof(names[0]));
	struct person *person;

	BUG_UNLESS(n < world->people_max);
	person = &world->people[world->people_count++];
	person->company = company;
	person->first = names[k].first;
	person->last = names[k].last;
	if (company) {
		person->email = arena_printf(world->arena, "training%zu@%s.example.test", n,
		    handle(world->arena, companies[n % (sizeof(companies) / sizeof(companies[0]))]));
		return n;
	}
	/* An address in a domain with an umlaut reaches Moodle in its ASCII form; a plus is part of the address. */
	if (rng_permille(&world->rng, 6))
		person->email = arena_printf(world->arena,
		    "%s%zu@b\xc3\xbc"
		    "cher.example",
		    handle(world->arena, person->first), n);
	else if (rng_permille(&world->rng, 12))
		person->email = arena_printf(world->arena, "%s+academy%zu@example.test", handle(world->arena, person->first), n);
	else
		person->email = arena_printf(world->arena, "%s.%s%zu@example.test", handle(world->arena, person->first),
		    handle(world->arena, person->last), n);
	person->account = choose_account(&world->rng);
	return n;
}

const char *
world_typed(struct arena *arena, const char *text, unsigned spelling)
{
	char *out;

	if (spelling % 16 < 12)
		return text;
	if (spelling % 16 == 12)
		return arena_printf(arena, " %s", text);
	if (spelling % 16 == 13)
		return arena_printf(arena, "%s ", text);
	out = arena_strdup(arena, text);
	for (char *p = out; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z' && (spelling % 16 == 14 || p == out || p[-1] == '.' || p[-1] == '@'))
			*p = (char)(*p - 32);
	return out;
}
