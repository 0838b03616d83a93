/* Switches, clock and counters of the running sandbox, under one lock: all of them are small and touched once or twice a request. */
#include "state.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

#define COUNTERS 128

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define SWITCHES_AT_START \
	{ \
		.max_input_vars = 5000, .post_max_bytes = 16 << 20, .web_services = true, .rest = true \
	}

static const struct switches at_start = SWITCHES_AT_START;
static struct switches switches = SWITCHES_AT_START;

static int64_t clock_offset_us;
static int64_t clock_frozen_us; /* 0: it runs */

static struct {
	char name[64];
	int64_t requests, written, failed;
} counters[COUNTERS];
static size_t counter_count;

void
state_switches(struct switches *ret)
{
	pthread_mutex_lock(&lock);
	*ret = switches;
	pthread_mutex_unlock(&lock);
}

int
state_set(const char *name, const char *value, struct err *err)
{
	const struct {
		const char *name;
		int64_t *number;
		bool *flag;
	} table[] = {
		{ "max_input_vars", &switches.max_input_vars, NULL },
		{ "post_max_bytes", &switches.post_max_bytes, NULL },
		{ "delay_ms", &switches.delay_ms, NULL },
		{ "rate_per_minute", &switches.rate_per_minute, NULL },
		{ "date_off_s", &switches.date_off_s, NULL },
		{ "web_services", NULL, &switches.web_services },
		{ "rest", NULL, &switches.rest },
		{ "maintenance_cli", NULL, &switches.maintenance_cli },
		{ "maintenance_web", NULL, &switches.maintenance_web },
		{ "upgrade_running", NULL, &switches.upgrade_running },
		{ "upgrade_pending", NULL, &switches.upgrade_pending },
		{ "database_down", NULL, &switches.database_down },
		{ "debug", NULL, &switches.debug },
		{ "newest_first", NULL, &switches.newest_first },
		{ "site_expired", NULL, &switches.site_expired },
		{ "strip_authorization", NULL, &switches.strip_authorization },
		{ "old_woocommerce", NULL, &switches.old_woocommerce },
		{ "memo", NULL, &switches.memo },
	};
	int64_t number;
	size_t i;

	if (text_int64(value, &number, err) != 0)
		return err_wrap(err, "switch \"%s\"", name);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(table[i].name, name) != 0)
			continue;
		pthread_mutex_lock(&lock);
		if (table[i].number != NULL)
			*table[i].number = number;
		else
			*table[i].flag = number != 0;
		pthread_mutex_unlock(&lock);
		return 0;
	}
	return err_set(err, ERR_USAGE, "there is no switch \"%s\"", name);
}

void
state_reset(void)
{
	pthread_mutex_lock(&lock);
	switches = at_start;
	counter_count = 0;
	pthread_mutex_unlock(&lock);
}

static int64_t
wall_micros(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
state_now_micros(void)
{
	int64_t now;

	pthread_mutex_lock(&lock);
	now = clock_frozen_us != 0 ? clock_frozen_us : wall_micros() + clock_offset_us;
	pthread_mutex_unlock(&lock);
	return now;
}

int64_t
state_now(void)
{
	return state_now_micros() / 1000000;
}

void
state_clock(int64_t now, bool frozen)
{
	pthread_mutex_lock(&lock);
	clock_frozen_us = frozen ? now * 1000000 : 0;
	clock_offset_us = now * 1000000 - wall_micros();
	pthread_mutex_unlock(&lock);
}

void
state_count(const char *name, int64_t written, bool failed)
{
	size_t i, len = strlen(name);

	if (len >= sizeof(counters[0].name))
		len = sizeof(counters[0].name) - 1;
	pthread_mutex_lock(&lock);
	for (i = 0; i < counter_count; i++)
		if (strncmp(counters[i].name, name, len) == 0 && counters[i].name[len] == '\0')
			break;
	if (i == counter_count && i < COUNTERS) {
		memset(&counters[i], 0, sizeof(counters[i]));
		memcpy(counters[i].name, name, len);
		counter_count++;
	}
	if (i < COUNTERS) {
		counters[i].requests++;
		counters[i].written += written;
		counters[i].failed += failed ? 1 : 0;
	}
	pthread_mutex_unlock(&lock);
}

void
state_counters(struct reply *reply)
{
	size_t i;

	pthread_mutex_lock(&lock);
	for (i = 0; i < counter_count; i++) {
		reply_object(reply, counters[i].name);
		reply_int(reply, "requests", counters[i].requests);
		reply_int(reply, "written", counters[i].written);
		reply_int(reply, "failed", counters[i].failed);
		reply_end_object(reply);
	}
	pthread_mutex_unlock(&lock);
}
