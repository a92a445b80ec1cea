/*
 * list_health.c - which DNS lists may be asked: their tests and their budgets
 *
 * One lock over a short array. Budgets: a bucket that fills by qps a second and
 * holds one second's worth, and a count that begins anew at midnight UTC. The
 * file of counts has a line "NAME ZONE DAY COUNT" for each list and is
 * written beside its place and renamed.
 */
#include "config.h"

#include "milter/list_health.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/file.h"
#include "engine/util/map.h"
#include "engine/util/vec.h"
#include "milter/clock.h"

#define DAY_S 86400
#define STATE_FILE_MAX ((size_t)1 << 20)
/* Between tests of one that is not well, where those that are well are not tested. */
#define USUAL_INTERVAL_US INT64_C(1800000000)
/* A wait without anything due. */
#define IDLE_US INT64_C(60000000)

struct entry {
	char *name, *zone;
	bool used, keyless;
	enum dns_list_condition condition; /* UNTESTED, WELL or SICK */
	char reason[LIST_REASON_MAX];
	int64_t tested_s, us_test, tested_us, due_us;
	int64_t urged_us; /* the last time that answers made a test due; 0: never */
	unsigned bad, silent; /* tests in a row: wrong, and without an answer */
	uint64_t asked, listed, skipped;
	unsigned qps;
	uint64_t day, day_asked;
	int64_t day_number, day_begun_us;
	int64_t tokens, filled_us; /* tokens in millionths */
	uint64_t streak[LIST_STREAK]; /* hashes of what was listed */
	size_t streak_n;
};

struct list_health {
	pthread_mutex_t lock;
	pthread_cond_t woken;
	bool wake, dirty;
	int64_t interval_us; /* between tests; 0: none without a reason */
	char *path;
	struct vec entries; /* struct entry * */
};

static int64_t
today(void)
{
	return clock_wall_us() / CLOCK_SECOND_US / DAY_S;
}

static struct entry *
find(const struct list_health *health, struct slice name, struct slice zone)
{
	for (size_t i = 0; i < health->entries.n; i++) {
		struct entry *entry = *(struct entry **)vec_at(&health->entries, i);

		if (slice_ieq(slice_of(entry->name), name) &&
		    slice_ieq(slice_of(entry->zone), zone))
			return entry;
	}
	return NULL;
}

static struct entry *
find_or_add(struct list_health *health, struct slice name, struct slice zone)
{
	struct entry *entry = find(health, name, zone);

	if (entry != NULL)
		return entry;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		abort();
	entry->name = slice_dup(name);
	entry->zone = slice_dup(zone);
	entry->condition = DNS_LIST_UNTESTED;
	entry->day_number = today();
	entry->day_begun_us = clock_monotonic_us();
	*(struct entry **)vec_push(&health->entries) = entry;
	return entry;
}

/* One line of the file of counts; what is no such line is left aside. */
static void
read_line(struct list_health *health, struct slice line)
{
	struct slice name, zone, day, count;
	struct entry *entry;
	int64_t number;

	if (!slice_next_word(&line, &name) || !slice_next_word(&line, &zone) ||
	    !slice_next_word(&line, &day) || !slice_next_word(&line, &count))
		return;
	number = strtoll(day.p, NULL, 10);
	if (number < today())
		return;
	entry = find_or_add(health, name, zone);
	entry->day_number = number;
	entry->day_asked = strtoull(count.p, NULL, 10);
}

static void
load(struct list_health *health)
{
	struct arena *arena = arena_new(2 * STATE_FILE_MAX);
	struct slice text, line;
	struct err err;

	if (file_read(arena, health->path, STATE_FILE_MAX, &text, &err) > 0)
		while (slice_next_line(&text, &line))
			read_line(health, arena_copy(arena, line));
	arena_free(&arena);
}

struct list_health *
list_health_new(const char *path)
{
	struct list_health *health = calloc(1, sizeof(*health));

	if (health == NULL)
		abort();
	pthread_mutex_init(&health->lock, NULL);
	clock_cond_init(&health->woken);
	health->entries = VEC_OF(struct entry *, NULL);
	if (path != NULL) {
		health->path = slice_dup(slice_of(path));
		load(health);
	}
	return health;
}

void
list_health_free(struct list_health **health_p)
{
	struct list_health *health = *health_p;
	struct err err;

	if (health == NULL)
		return;
	*health_p = NULL;
	list_health_save(health, &err);
	for (size_t i = 0; i < health->entries.n; i++) {
		struct entry *entry = *(struct entry **)vec_at(&health->entries, i);

		free(entry->name);
		free(entry->zone);
		free(entry);
	}
	vec_clear(&health->entries);
	pthread_cond_destroy(&health->woken);
	pthread_mutex_destroy(&health->lock);
	free(health->path);
	free(health);
}

/* The interval has changed: the next test is no later than it would be by the new one. */
static void
hasten(struct entry *entry, int64_t interval_us)
{
	if (interval_us > 0 && entry->due_us > entry->tested_us + interval_us)
		entry->due_us = entry->tested_us + interval_us;
}

void
list_health_use(struct list_health *health, const struct ruleset *ruleset, int64_t interval_us)
{
	const struct dns_lists *lists = ruleset_dns_lists(ruleset);
	bool changed;

	pthread_mutex_lock(&health->lock);
	changed = health->interval_us != interval_us;
	health->interval_us = interval_us;
	for (size_t i = 0; i < health->entries.n; i++)
		(*(struct entry **)vec_at(&health->entries, i))->used = false;
	for (size_t i = 0; i < lists->n; i++) {
		const struct dns_list *list = &lists->v[i];
		struct entry *entry;

		if (!ruleset_asks(ruleset, i))
			continue;
		entry = find_or_add(health, list->name, list->zone);
		entry->used = true;
		entry->keyless = list->keyless;
		entry->qps = list->qps;
		entry->day = list->day;
		if (interval_us == 0 && entry->condition == DNS_LIST_UNTESTED) {
			entry->condition = DNS_LIST_WELL;
			entry->due_us = INT64_MAX;
		} else if (changed) {
			hasten(entry, interval_us);
		}
	}
	pthread_mutex_unlock(&health->lock);
}

/*
 * Begins a new day's count when it is one. A clock that is set back does not buy the day's
 * questions again: the count goes on for as long as a day is.
 */
static void
turn_day(struct entry *entry)
{
	int64_t day = today(), now_us = clock_monotonic_us();

	if (day == entry->day_number)
		return;
	if (day < entry->day_number && now_us - entry->day_begun_us < DAY_S * CLOCK_SECOND_US)
		return;
	entry->day_number = day;
	entry->day_begun_us = now_us;
	entry->day_asked = 0;
}

static enum dns_list_condition
condition_of(struct entry *entry)
{
	turn_day(entry);
	if (entry->keyless)
		return DNS_LIST_KEYLESS;
	if (entry->condition == DNS_LIST_WELL && entry->day > 0 && entry->day_asked >= entry->day)
		return DNS_LIST_SPENT;
	return entry->condition;
}

const struct dns_list_state *
list_health_states(struct list_health *health, const struct ruleset *ruleset, struct arena *arena)
{
	const struct dns_lists *lists = ruleset_dns_lists(ruleset);
	struct dns_list_state *states = arena_array(arena, lists->n + 1, sizeof(*states));

	if (states == NULL)
		return NULL;
	pthread_mutex_lock(&health->lock);
	for (size_t i = 0; i < lists->n; i++) {
		struct entry *entry = find(health, lists->v[i].name, lists->v[i].zone);

		states[i].condition = entry == NULL ? DNS_LIST_UNTESTED : condition_of(entry);
		/* what it has answered before costs nothing: list_health_admit decides */
		if (states[i].condition == DNS_LIST_SPENT)
			states[i].condition = DNS_LIST_WELL;
	}
	pthread_mutex_unlock(&health->lock);
	return states;
}

/* Whether the bucket has a question left, and takes it. */
static bool
take_token(struct entry *entry)
{
	const int64_t one = CLOCK_SECOND_US;
	int64_t now_us = clock_monotonic_us(), most = (int64_t)entry->qps * one;
	int64_t past_us = now_us - entry->filled_us;

	if (entry->qps == 0)
		return true;
	if (entry->filled_us == 0 || past_us >= CLOCK_SECOND_US)
		entry->tokens = most;
	else
		entry->tokens += past_us * entry->qps;
	if (entry->tokens > most)
		entry->tokens = most;
	entry->filled_us = now_us;
	if (entry->tokens < one)
		return false;
	entry->tokens -= one;
	return true;
}

bool
list_health_admit(struct list_health *health, const struct dns_list *list)
{
	struct entry *entry;
	bool admitted;

	pthread_mutex_lock(&health->lock);
	entry = find_or_add(health, list->name, list->zone);
	turn_day(entry);
	admitted = (entry->day == 0 || entry->day_asked < entry->day) && take_token(entry);
	if (admitted) {
		entry->asked++;
		entry->day_asked++;
		health->dirty = true;
	} else {
		entry->skipped++;
	}
	pthread_mutex_unlock(&health->lock);
	return admitted;
}

/*
 * Under the lock: an answer urges a test, now or LIST_RETRY_US after the last one that was
 * urged, so that strangers who make such answers come do not set the pace of tests.
 */
static void
make_due(struct list_health *health, struct entry *entry)
{
	int64_t now_us = clock_monotonic_us(), at_us = now_us;

	if (entry->urged_us != 0 && entry->urged_us + LIST_RETRY_US > now_us)
		at_us = entry->urged_us + LIST_RETRY_US;
	if (entry->due_us <= at_us)
		return;
	entry->due_us = at_us;
	entry->urged_us = at_us;
	health->wake = true;
	pthread_cond_signal(&health->woken);
}

/* One more listed; a full streak makes a test due. */
static void
lengthen_streak(struct list_health *health, struct entry *entry, struct slice subject)
{
	uint64_t hash = map_hash(subject, MAP_FOLDED, 0);

	for (size_t i = 0; i < entry->streak_n; i++)
		if (entry->streak[i] == hash)
			return;
	entry->streak[entry->streak_n++] = hash;
	if (entry->streak_n < LIST_STREAK)
		return;
	entry->streak_n = 0;
	make_due(health, entry);
}

static void
set_reason(struct entry *entry, const char *reason)
{
	snprintf(entry->reason, sizeof(entry->reason), "%s", reason);
}

static void
set_sick(struct entry *entry, const char *reason)
{
	entry->condition = DNS_LIST_SICK;
	set_reason(entry, reason);
	entry->streak_n = 0;
}

static void
watch_use(struct list_health *health, struct entry *entry, const struct dns_list_use *use)
{
	char code[DNS_CODE_TEXT_MAX], reason[LIST_REASON_MAX];

	if (use->says == DNS_LIST_SAYS_LISTED) {
		entry->listed++;
		lengthen_streak(health, entry, use->subject);
	} else if (use->says == DNS_LIST_SAYS_CLEAR) {
		entry->streak_n = 0;
	} else if (use->says == DNS_LIST_SAYS_REFUSED && entry->condition == DNS_LIST_WELL) {
		snprintf(reason, sizeof(reason), "error code %s", dns_code_text(use->code, code));
		set_sick(entry, reason);
		make_due(health, entry);
	}
}

void
list_health_watch(struct list_health *health, const struct ruleset *ruleset,
    const struct dns_list_use *uses, size_t count)
{
	const struct dns_lists *lists = ruleset_dns_lists(ruleset);

	pthread_mutex_lock(&health->lock);
	for (size_t i = 0; i < count; i++) {
		const struct dns_list *list = &lists->v[uses[i].list];
		struct entry *entry = find(health, list->name, list->zone);

		if (entry != NULL)
			watch_use(health, entry, &uses[i]);
	}
	pthread_mutex_unlock(&health->lock);
}

size_t
list_health_due(struct list_health *health, const struct ruleset *ruleset, size_t *numbers,
    size_t most, int64_t *wait_us_r)
{
	const struct dns_lists *lists = ruleset_dns_lists(ruleset);
	int64_t now_us = clock_monotonic_us();
	size_t n = 0;

	*wait_us_r = IDLE_US;
	pthread_mutex_lock(&health->lock);
	for (size_t i = 0; i < lists->n; i++) {
		const struct entry *entry = find(health, lists->v[i].name, lists->v[i].zone);

		if (entry == NULL || !entry->used || entry->keyless)
			continue;
		if (entry->due_us <= now_us && n < most)
			numbers[n++] = i;
		else if (entry->due_us < now_us + *wait_us_r)
			*wait_us_r = entry->due_us > now_us ? entry->due_us - now_us : 0;
	}
	pthread_mutex_unlock(&health->lock);
	return n;
}

/*
 * When the next test is due. Only wrong answers make it come ever later: silence is the DNS's
 * more often than the list's, and ends with it.
 */
static int64_t
next_due(const struct entry *entry, int64_t interval_us)
{
	int64_t wait_us = LIST_RETRY_US;

	if (entry->bad == 0 && entry->silent == 0)
		return interval_us == 0 ? INT64_MAX : entry->tested_us + interval_us;
	if (interval_us == 0)
		interval_us = USUAL_INTERVAL_US;
	for (unsigned i = 1; entry->silent == 0 && i < entry->bad && wait_us < interval_us; i++)
		wait_us *= 2;
	return entry->tested_us + (wait_us < interval_us ? wait_us : interval_us);
}

static void
fill_status(struct entry *entry, struct list_status *status_r)
{
	*status_r = (struct list_status){ .name = entry->name,
		.zone = entry->zone,
		.condition = condition_of(entry),
		.tested_s = entry->tested_s,
		.us_test = entry->us_test,
		.asked = entry->asked,
		.day_asked = entry->day_asked,
		.day = entry->day,
		.listed = entry->listed,
		.skipped = entry->skipped,
		.silent = entry->silent };
	memcpy(status_r->reason, entry->reason, sizeof(status_r->reason));
}

/* What the finding makes of the list. */
static void
take_finding(struct entry *entry, const struct list_finding *finding)
{
	if (finding->answered && finding->well) {
		entry->condition = DNS_LIST_WELL;
		entry->reason[0] = '\0';
		entry->bad = entry->silent = 0;
		return;
	}
	entry->bad += finding->answered;
	entry->silent = finding->answered ? 0 : entry->silent + 1;
	if (finding->answered || entry->condition != DNS_LIST_WELL ||
	    entry->silent >= LIST_SILENT_MAX)
		set_sick(entry, finding->reason);
	else
		set_reason(entry, finding->reason);
}

bool
list_health_tested(struct list_health *health, const struct dns_list *list,
    const struct list_finding *finding, struct list_status *status_r)
{
	struct entry *entry;
	enum dns_list_condition before;
	char reason[LIST_REASON_MAX];
	bool changed;

	pthread_mutex_lock(&health->lock);
	entry = find_or_add(health, list->name, list->zone);
	before = entry->condition;
	memcpy(reason, entry->reason, sizeof(reason));
	take_finding(entry, finding);
	entry->tested_us = clock_monotonic_us();
	entry->tested_s = clock_wall_us() / CLOCK_SECOND_US;
	entry->us_test = finding->us_test;
	entry->due_us = next_due(entry, health->interval_us);
	changed = entry->condition != before || strcmp(entry->reason, reason) != 0;
	fill_status(entry, status_r);
	pthread_mutex_unlock(&health->lock);
	return changed;
}

void
list_health_sleep(struct list_health *health, int64_t wait_us)
{
	int64_t until_us = clock_monotonic_us() + wait_us;

	pthread_mutex_lock(&health->lock);
	while (!health->wake && clock_cond_wait(&health->woken, &health->lock, until_us))
		;
	health->wake = false;
	pthread_mutex_unlock(&health->lock);
}

void
list_health_wake(struct list_health *health)
{
	pthread_mutex_lock(&health->lock);
	health->wake = true;
	pthread_cond_signal(&health->woken);
	pthread_mutex_unlock(&health->lock);
}

/* All counts of today, and whether they are to be written. */
static bool
print_counts(struct list_health *health, struct buf *out)
{
	bool wanted;

	pthread_mutex_lock(&health->lock);
	wanted = health->dirty && health->path != NULL;
	health->dirty = false;
	for (size_t i = 0; wanted && i < health->entries.n; i++) {
		const struct entry *entry = *(struct entry **)vec_at(&health->entries, i);

		if (entry->day_asked > 0)
			buf_printf(out, "%s %s %" PRId64 " %" PRIu64 "\n", entry->name, entry->zone,
			    entry->day_number, entry->day_asked);
	}
	pthread_mutex_unlock(&health->lock);
	return wanted;
}

static bool
write_all(int fd, struct slice text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text = slice_from(text, (size_t)n);
	}
	return true;
}

bool
list_health_save(struct list_health *health, struct err *err)
{
	struct buf out = { 0 }, name = { 0 };
	bool good = true;
	int fd;

	if (print_counts(health, &out)) {
		buf_printf(&name, "%s.new", health->path);
		fd = open(buf_text(&name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
		good = fd >= 0 && write_all(fd, buf_slice(&out));
		if (fd >= 0 && close(fd) != 0)
			good = false;
		good = good && rename(buf_text(&name), health->path) == 0;
		if (!good)
			err_set(err, "%s: %s", health->path, strerror(errno));
	}
	buf_clear(&out);
	buf_clear(&name);
	return good;
}

const struct list_status *
list_health_list(struct list_health *health, struct arena *arena, size_t *count_r)
{
	struct list_status *all;

	*count_r = 0;
	pthread_mutex_lock(&health->lock);
	all = arena_array(arena, health->entries.n + 1, sizeof(*all));
	for (size_t i = 0; all != NULL && i < health->entries.n; i++) {
		struct entry *entry = *(struct entry **)vec_at(&health->entries, i);

		if (entry->used)
			fill_status(entry, &all[(*count_r)++]);
	}
	pthread_mutex_unlock(&health->lock);
	return all;
}

void
list_health_count(struct list_health *health, struct list_counts *counts_r)
{
	*counts_r = (struct list_counts){ 0 };
	pthread_mutex_lock(&health->lock);
	for (size_t i = 0; i < health->entries.n; i++) {
		struct entry *entry = *(struct entry **)vec_at(&health->entries, i);
		enum dns_list_condition condition = condition_of(entry);

		if (!entry->used)
			continue;
		counts_r->used++;
		counts_r->well += condition == DNS_LIST_WELL;
		counts_r->sick += condition == DNS_LIST_SICK;
		counts_r->spent += condition == DNS_LIST_SPENT;
	}
	pthread_mutex_unlock(&health->lock);
}
