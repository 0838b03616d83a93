/* What the generator says, as plain facts. */
CREATE SCHEMA world;
CREATE TABLE world.course (course bigint PRIMARY KEY, code text NOT NULL UNIQUE, name text NOT NULL, visible boolean NOT NULL, teacher boolean NOT NULL);
CREATE TABLE world.product (
	product int PRIMARY KEY, courses text[] NOT NULL, term interval, grace_days int NOT NULL, exclude boolean NOT NULL, mapped boolean NOT NULL,
	learner text NOT NULL, doc text NOT NULL
);
/* account: 0 none, 1 plain, 2 e-mail in odd case, 3 hidden e-mail, 4 suspended, 5 two accounts. */
CREATE TABLE world.person (person bigint PRIMARY KEY, email text NOT NULL, first text NOT NULL, last text NOT NULL, account int NOT NULL);
CREATE TABLE world.sale (
	sale bigint PRIMARY KEY, at timestamptz NOT NULL, buyer bigint, test boolean NOT NULL, unpaid boolean NOT NULL, currency text NOT NULL,
	subtotal bigint NOT NULL, discount bigint NOT NULL, tax bigint NOT NULL, shipping bigint NOT NULL, total bigint NOT NULL,
	cancelled_at timestamptz, refunded_at timestamptz, refunded bigint NOT NULL
);
CREATE TABLE world.line (
	sale bigint NOT NULL, line int NOT NULL, product int NOT NULL, quantity bigint NOT NULL, amount bigint NOT NULL, learner bigint, PRIMARY KEY (sale, line)
);
/* Per mille for what staff did by hand and for finishing the course, and seconds until it is finished. */
CREATE TABLE world.dice (sale bigint NOT NULL, line int NOT NULL, hand int NOT NULL, finish int NOT NULL, after bigint NOT NULL, PRIMARY KEY (sale, line));
