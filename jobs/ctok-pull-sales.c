/* ctok-pull-sales: read every source into the ledger, each completely or not at all. Safe to repeat: what is there already is not
 * written again. A source that fails leaves the ledger as it was and does not stop the others. */
#include <string.h>

#include "adapter/crypto.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "http/breaker_db.h"
#include "job/job.h"
#include "sales/ledger.h"
#include "sales/source.h"
#include "sales/spool.h"

static const struct opt options[] = {
	{ .name = "source", .type = OPT_TEXT, .value = "NAME", .help = "Read this source only; all by default." },
	{ .name = "full", .type = OPT_FLAG, .help = "Read everything since the source's start again, not only what changed." },
	{ .name = "reset",
	    .type = OPT_FLAG,
	    .help = "With --source: forget how far it was read, and what it was recognised by, and read everything again. For a "
		    "source whose "
		    "database was restored or replaced." },
	OPT_END
};

struct pull {
	uint8_t master_key[CRYPTO_KEY_BYTES];
	bool found; /* some tenant has the source that --source names */
	/* Sites that refused a token, of kinds that count refusals and shut clients out: not asked again in this run. */
	const struct config_source **refused;
	size_t refused_count, refused_room;
};

/* What a source hands its documents to. */
struct target {
	struct job *job;
	const char *source;
	struct ledger *ledger;
	int64_t documents;
	bool again; /* the kind wants to be asked once more */
};

static int
take_document(void *context, const struct sales_document *document, struct err *err)
{
	struct target *target = context;

	target->documents++;
	job_progress(target->job, target->source, target->documents, 0);
	return ledger_add(target->ledger, document, err);
}

static int
take_present(void *context, const char *external_id, struct err *err)
{
	const struct target *target = context;

	return ledger_present(target->ledger, external_id, err);
}

static void
take_absent(void *context, const char *external_id)
{
	const struct target *target = context;

	ledger_absent(target->ledger, external_id);
}

static void
take_cursor(void *context, const char *name, const char *value)
{
	const struct target *target = context;

	ledger_cursor(target->ledger, name, value);
}

static void
take_whole(void *context)
{
	const struct target *target = context;

	ledger_whole(target->ledger);
}

static void
take_until(void *context, int64_t utc)
{
	const struct target *target = context;

	ledger_until(target->ledger, utc);
}

static void
take_declared(void *context, int64_t declared, int64_t taken)
{
	const struct target *target = context;

	ledger_declared(target->ledger, declared, taken);
}

static void
take_again(void *context)
{
	struct target *target = context;

	target->again = true;
}

static int
take_settlement(void *context, const struct sales_settlement *settlement, struct err *err)
{
	const struct target *target = context;

	return ledger_settlement(target->ledger, settlement, err);
}

static int
take_subscription(void *context, const struct sales_subscription *subscription, struct err *err)
{
	const struct target *target = context;

	return ledger_subscription(target->ledger, subscription, err);
}

static int
take_payout(void *context, const struct sales_payout *payout, struct err *err)
{
	const struct target *target = context;

	return ledger_payout(target->ledger, payout, err);
}

static int
take_balance(void *context, const struct sales_balance *balance, struct err *err)
{
	const struct target *target = context;

	return ledger_balance(target->ledger, balance, err);
}

static int
take_bank(void *context, const struct sales_bank *bank, struct err *err)
{
	const struct target *target = context;

	return ledger_bank(target->ledger, bank, err);
}

static int
take_rate(void *context, const struct sales_rate *rate, struct err *err)
{
	const struct target *target = context;

	return ledger_rate(target->ledger, rate, err);
}

static int
rates_refused(void *context, bool again, void (*refuse)(void *, const char *, const char *), void *refuse_context, struct err *err)
{
	const struct target *target = context;

	return ledger_rates_refused(target->ledger, again, refuse, refuse_context, err);
}

static int
take_expected(void *context, const struct sales_expected *expected, struct err *err)
{
	const struct target *target = context;

	return ledger_expected(target->ledger, expected, err);
}

static int
take_client(void *context, const struct sales_client *client, struct err *err)
{
	const struct target *target = context;

	return ledger_client(target->ledger, client, err);
}

static bool
is_stopped(void *context)
{
	const struct target *target = context;

	return !job_continue(target->job);
}

static void
trace(void *context, const char *line)
{
	log_event(LOG_DEBUG, LOG_FIELDS((struct log_field){ "source", context }), "%s", line);
}

/* The bare address of `Name <user@example.org>`. */
static const char *
bare_address(struct arena *arena, const char *mailbox)
{
	const char *begin = mailbox != NULL ? strchr(mailbox, '<') : NULL;

	return begin != NULL ? arena_strndup(arena, begin + 1, strcspn(begin + 1, ">")) : mailbox;
}

static bool
was_refused(const struct pull *pull, const struct config_source *config)
{
	size_t i;

	for (i = 0; i < pull->refused_count; i++) {
		if (text_equal(pull->refused[i]->kind, config->kind) && text_equal(pull->refused[i]->url, config->url))
			return true;
	}
	return false;
}

static void
note_refusal(struct job *job, struct pull *pull, const struct config_source *config)
{
	const struct config_source **more;

	if (pull->refused_count == pull->refused_room) {
		pull->refused_room = 2 * pull->refused_room + 8;
		more = ARENA_ARRAY(&job->arena, pull->refused_room, const struct config_source *);
		if (pull->refused_count > 0)
			memcpy(more, pull->refused, pull->refused_count * sizeof(*more));
		pull->refused = more;
	}
	pull->refused[pull->refused_count++] = config;
}

/* What webhooks say to look at. They only point: whatever is wrong with them, the source is read all the same. */
static struct spool *
open_spool(struct job *job, const struct config_source *config)
{
	struct err err = ERR_INIT;
	struct spool *spool = NULL;
	char *secret = NULL;
	const char *why;
	size_t rejected;

	if (config->spool == NULL)
		return NULL;
	if (config_secret(&job->row, config->spool_secret, "spool_secret", &secret, &err) != 0 ||
	    spool_open(&job->row, job->db, &job->night, config, secret, &spool, &err) != 0) {
		(void)err_wrap(&err, "could not read the webhooks of source \"%s\"", config->name);
		job_failed(job, &err);
		return NULL;
	}
	rejected = spool_rejected(spool, &why);
	if (rejected > 0) {
		job_count(job, "webhooks_rejected", (int64_t)rejected);
		log_event(LOG_WARN, LOG_FIELDS((struct log_field){ "source", config->name }),
		    "%zu webhook%s could not be taken, %s; see rejected/ in %s", rejected, rejected == 1 ? "" : "s", why,
		    config->spool);
	}
	return spool;
}

/* Read one source into an open pull, to its last page. */
static int
read_source(struct job *job, const struct config_tenant *tenant, const struct config_source *config, const struct sales_kind *kind,
    struct pull *pull, struct ledger *ledger, const struct spool *spool, bool *ret_again, struct err *err)
{
	const struct http_breaker_store breaker = http_breaker_db(job->db);
	struct target target = { .job = job, .source = config->name, .ledger = ledger };
	const struct sales_sink sink = { &target, take_document, take_present, take_absent, take_cursor, take_whole, take_until,
		take_declared, take_again, is_stopped, take_settlement, take_subscription, take_payout, take_balance, take_bank,
		take_rate, rates_refused, take_expected, take_client };
	struct sales_source source = {
		.config = config,
		.account = arena_printf(&job->row, "%s/%s", tenant->name, config->name),
		.contact = bare_address(&job->row, tenant->mail.from),
		.breaker = &breaker,
		.trace = trace,
		.trace_context = arena_strdup(&job->row, config->name),
	};
	char *secret = NULL;
	int rc;

	if (kind->counts_refusals && was_refused(pull, config))
		return err_set(err, ERR_REFUSED, "the site refused another source in this run, and is not asked again");
	if (!kind->is_fed && config_secret(&job->row, kind->wants_token ? config->token : config->api_key,
				 kind->wants_token ? "token" : "api_key", &secret, err) != 0)
		return -1;
	source.secret = secret;
	source.currency = tenant->currency;
	source.now_utc = job->night.now_utc;
	source.clock_utc = job->config->test_now != NULL ? job->night.now_utc : clock_now();
	source.clock_mono_ms = clock_mono_ms();
	source.full = opt_flag(job->options, "full") || opt_flag(job->options, "reset");
	if (spool != NULL)
		spool_ids(spool, &source.hints, &source.hint_count);
	ledger_cursors(ledger, &source.cursors, &source.cursor_count);
	ledger_window(ledger, &source.from_utc, &source.to_utc);
	rc = kind->pull(&source, &sink, err);
	if (rc != 0 && kind->counts_refusals && err->code == ERR_REFUSED)
		note_refusal(job, pull, config);
	*ret_again = target.again;
	return rc;
}

/* One pull of a source: all pages, then the merge. Why it failed also goes to its row in `pull`. ${ret_again}: there may be more. */
static int
pull_once(struct job *job, const struct config_tenant *tenant, const struct config_source *config, struct pull *pull,
    bool *ret_again, struct err *err)
{
	const struct sales_kind *kind = sales_kind(config->kind, err);
	const bool reset = opt_flag(job->options, "reset"), fed = kind != NULL && kind->is_fed;
	/* What is fed can never be read in full; it sees by itself to what is to be taken again. */
	const struct ledger_plan plan = { .db = job->db,
		.night = &job->night,
		.source = config,
		.master_key = pull->master_key,
		.full = !fed && (reset || opt_flag(job->options, "full")),
		.reset = !fed && reset };
	struct ledger_counts counts;
	struct ledger *ledger = NULL;
	struct spool *spool = NULL;
	struct err unsaid = ERR_INIT;
	int rc;

	if (kind == NULL || ledger_open(&plan, &ledger, err) != 0)
		return -1;
	*ret_again = false;
	spool = open_spool(job, config);
	rc = read_source(job, tenant, config, kind, pull, ledger, spool, ret_again, err);
	/* What was read and could not be kept would only be read again. */
	if (rc == 0 && (rc = ledger_commit(ledger, &counts, err)) != 0)
		*ret_again = false;
	if (rc != 0) {
		if (ledger_fail(ledger, err, &unsaid) != 0)
			log_err(LOG_WARN, &unsaid);
		goto out;
	}
	if (spool != NULL && spool_done(spool, &unsaid) != 0) {
		(void)err_wrap(&unsaid, "could not put away the webhooks of source \"%s\"", config->name);
		job_failed(job, &unsaid);
	}
	job_count(job, "documents", counts.documents);
	job_count(job, "changed", counts.changed);
	if (counts.gone > 0)
		job_count(job, "gone", counts.gone);
	if (counts.late > 0)
		job_count(job, "late", counts.late);
	if (counts.rewritten > 0)
		job_count(job, "rewritten", counts.rewritten);
	log_event(LOG_INFO,
	    LOG_FIELDS((struct log_field){ "source", config->name },
		(struct log_field){ "documents", arena_printf(&job->row, "%lld", (long long)counts.documents) },
		(struct log_field){ "changed", arena_printf(&job->row, "%lld", (long long)counts.changed) }),
	    "source is complete");
out:
	ledger_close(ledger);
	return rc;
}

/* A source, pull after pull while it has more. */
static void
pull_source(struct job *job, const struct config_tenant *tenant, const struct config_source *config, struct pull *pull)
{
	bool again = true;

	while (again && job_continue(job)) {
		struct err failure = ERR_INIT;

		again = false;
		arena_reset(&job->row);
		if (pull_once(job, tenant, config, pull, &again, &failure) == 0)
			continue;
		(void)err_wrap(&failure, "could not read source \"%s\"", config->name);
		job_count(job, "incomplete", 1);
		/* Whatever the reason was, the source is not complete tonight. */
		job_note(job, EXIT_INCOMPLETE);
		job_failed(job, &failure);
	}
}

static int
pull_tenant(struct job *job, const struct config_tenant *tenant, void *context, struct err *err)
{
	const char *only = opt_text(job->options, "source");
	struct pull *pull = context;
	size_t i;

	(void)err;
	for (i = 0; i < tenant->source_count && job_continue(job); i++) {
		const struct config_source *config = &tenant->sources[i];

		if (only != NULL && !text_equal(only, config->name))
			continue;
		pull->found = true;
		if (!config->closed)
			pull_source(job, tenant, config, pull);
	}
	return 0;
}

static int
run(struct job *job, struct err *err)
{
	const char *only = opt_text(job->options, "source");
	struct pull pull = { .found = false };
	char *key;

	if (opt_flag(job->options, "reset") && only == NULL)
		return err_set(err, ERR_USAGE, "option \"--reset\" needs \"--source\"");
	if (config_secret(&job->arena, job->config->master_key, "master_key", &key, err) != 0 ||
	    crypto_key_parse(key, pull.master_key, err) != 0)
		return -1;
	if (job_each_tenant(job, pull_tenant, &pull, err) != 0)
		return -1;
	if (only != NULL && !pull.found && job->exit_code == EXIT_OK)
		return err_set(err, ERR_USAGE, "there is no source \"%s\" in \"%s\"", only, job->config->file);
	return 0;
}

int
main(int argc, char **argv)
{
	return job_main(&(const struct job_def){ .name = "ctok-pull-sales",
			    .summary = "Read what the sources sold into the ledger.",
			    .options = options,
			    .needs = JOB_CONFIG | JOB_DATABASE | JOB_NIGHT,
			    .run = run },
	    argc, argv);
}
