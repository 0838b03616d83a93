#ifndef SANDBOX_WORLD_PARTS_H
#define SANDBOX_WORLD_PARTS_H

/* What the parts of the generator share. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "world.h"

/* splitmix64: small, and the same everywhere. */
struct rng {
	uint64_t state;
};

uint64_t rng_next(struct rng *) __attribute__((nonnull));
size_t rng_below(struct rng *, size_t) __attribute__((nonnull));              /* 0 … n−1; 0 for n = 0 */
bool rng_permille(struct rng *, unsigned) __attribute__((nonnull));           /* true so many times in a thousand */
int64_t rng_between(struct rng *, int64_t, int64_t) __attribute__((nonnull)); /* both ends included */

struct course {
	const char *code, *name;
	bool teacher; /* has a contact, so that every manual enrolment mails a welcome */
	bool visible;
};
extern const struct course world_courses[];
extern const size_t world_course_count;

#define COURSES_OF_PRODUCT_MAX 3

struct product {
	const char *sku; /* NULL: digital, known by its id only */
	const char *name, *type;
	const char *match; /* of its rule; NULL: nobody wrote one */
	const char *courses[COURSES_OF_PRODUCT_MAX];
	const char *term; /* ISO 8601; NULL: without end */
	int grace_days;
	bool renews, exclude;
	const char *learner; /* "form", "form_or_buyer", "buyer" */
	int64_t price_minor;
	const char *currency;
	unsigned weight; /* how often it is bought */
};
extern const struct product world_products[];
extern const size_t world_product_count;

enum account { ACCOUNT_NONE, ACCOUNT_PLAIN, ACCOUNT_ODD_CASE, ACCOUNT_HIDDEN, ACCOUNT_SUSPENDED, ACCOUNT_TWICE };

struct person {
	const char *first, *last, *email;
	bool company;
	enum account account;
};

/* One line: learner −1 when the form names nobody. */
struct line {
	size_t product;
	int64_t quantity;
	int64_t learner;
	bool empty_form;   /* the form was not asked, as opposed to left empty */
	unsigned spelling; /* how the learner was typed this time */
};

#define LINES_MAX 4

struct sale {
	int64_t number;
	int64_t at_us;
	size_t buyer;
	struct line lines[LINES_MAX];
	size_t line_count;
	bool test, unpaid, inclusive, numeric, point_of_sale;
	const char *currency;
	int64_t subtotal, discount, tax, shipping, total;
	int64_t cancelled_us; /* 0: never */
	int64_t refunded_us;
	int64_t refunded;  /* cumulative, from refunded_us on */
	unsigned spelling; /* how the buyer's address was typed */
	unsigned dice;     /* for what carries no meaning: null or empty lists, unknown fields */
};

struct world {
	const struct world_spec *spec;
	struct arena *arena;
	struct rng rng;
	struct person *people;
	size_t people_count, people_max;
	struct sale *sales;
	size_t sale_count, sale_max;
};

/**
 * world_person(world, company):
 * Invent somebody; returns the index.
 */
size_t world_person(struct world *, bool) __attribute__((nonnull));

/**
 * world_sell(world):
 * Invent all sales, in order of time.
 */
void world_sell(struct world *) __attribute__((nonnull));

/**
 * world_typed(arena, text, spelling):
 * An e-mail address as people type it: other case, blanks around it.
 */
const char *world_typed(struct arena *, const char *, unsigned) __attribute__((nonnull, returns_nonnull));

/**
 * world_order(world, sale, at_us, out), world_document(world, sale, at_us, out):
 * The order, and the transaction document, as the shop shows them at ${at_us}.
 */
void world_order(const struct world *, const struct sale *, int64_t, struct buf *) __attribute__((nonnull));
void world_document(const struct world *, const struct sale *, int64_t, struct buf *) __attribute__((nonnull));

/**
 * world_order_id(arena, sale), world_product_id(arena, product):
 * 24 hex digits each.
 */
const char *world_order_id(struct arena *, const struct sale *) __attribute__((nonnull, returns_nonnull));
const char *world_product_id(struct arena *, size_t) __attribute__((nonnull, returns_nonnull));

/**
 * world_product_document(world, product, out):
 * The product as the shop's catalogue shows it.
 */
void world_product_document(const struct world *, size_t, struct buf *) __attribute__((nonnull));

/**
 * world_moment(arena, us, digits):
 * ISO 8601 in UTC with so many digits of a second's fraction.
 */
const char *world_moment(struct arena *, int64_t, int) __attribute__((nonnull, returns_nonnull));

#endif
