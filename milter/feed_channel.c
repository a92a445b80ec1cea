/*
 * feed_channel.c - one channel as the daemon follows it: journal, thread, guard, rules
 *
 * What comes is live first and in the journal then: a crash in between costs a second
 * look at the log, never a rule that was seen. A journal that cannot be written is told of once,
 * and rules go on from memory.
 *
 * Counters are saved every SAVE_US and at the end; a decision at once.
 *
 * Limits: QUEUE_MAX hits wait for the thread, more are not counted; TOLD_MAX rules of one
 * change are logged by name.
 */
#include "config.h"

#include "milter/feed_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "milter/clock.h"
#include "milter/log.h"
#include "shared-sync/backoff.h"
#include "shared-sync/carrier.h"
#include "shared-sync/channel.h"
#include "shared-sync/feed_open.h"
#include "shared-sync/journal.h"

#define QUEUE_MAX 20000
#define SAVE_US (300 * CLOCK_SECOND_US)
/* A head that is signed anew is written so often at most. */
#define HEAD_SAVE_US (60 * CLOCK_SECOND_US)
/* Seconds in which a fault that has been told is not told again. */
#define FAULT_TELL_S 60
#define TOLD_MAX 20
/* Without a Redis to ask: how often guard and shadow are looked at. */
#define IDLE_MS 2500
/* How often hits are counted while it waits for Redis. */
#define TEND_MS 1000
/* From so many layers on they are folded when there is time. */
#define DEPTH_IDLE 4

/* A hit on its way to the guard. */
struct queued_hit {
	bool limited, good;
	int64_t now;
	char rule[FOLD_NAME_MAX + 1];
	char domain[256];
	char queue_id[GUARD_QUEUE_ID_MAX + 1];
};

struct feed_channel {
	struct feed_host *host;
	const struct generation *generation; /* a reference: it owns the setting */
	const struct feed_setting *setting;
	char *name; /* the channel's */
	char *folder; /* of the journal; NULL: none */
	struct channel *channel;
	struct journal *journal; /* NULL: none, see journal_fault */
	struct guard *guard; /* under building, like the next one */
	struct feed_rules *rules;
	struct carrier *carrier; /* NULL: no Redis */
	struct subscriber *subscriber; /* NULL: likewise */

	pthread_t thread;
	bool started;
	atomic_bool stop;
	int wake[2]; /* readable when it is to stop */
	pthread_mutex_t lock; /* of what follows */
	struct vec queue; /* struct queued_hit */
	struct subscriber_status link;
	char journal_fault[ERR_TEXT_SIZE];

	/* the thread's own */
	bool local_kept; /* the file of decisions could not be read: it stays as it is */
	int64_t saved_us, head_saved_us;
	int64_t look_s; /* when the next rule's time in shadow is over */
	bool counters_changed, head_unsaved, checkpoint_due;
	enum fault told_fault;
	int64_t told_s[FAULT_COUNT]; /* when it was last told, monotonic; 0: never */
	unsigned told; /* rules logged of the change at hand; under building, as is the next */
	bool laying; /* the rules that were there go on another base */
};

int64_t
feed_host_now(const struct feed_host *host)
{
	return host->fixed_now != 0 ? host->fixed_now : clock_wall_us() / CLOCK_SECOND_US;
}

static void
log_channel(struct log_line *line, enum log_level level, const struct feed_channel *channel)
{
	log_begin(line, level, "feed");
	log_cstr(line, "channel", channel->name);
}

static void
log_trouble(const struct feed_channel *channel, const char *what, const char *text)
{
	struct log_line line;

	log_channel(&line, LOG_LEVEL_WARNING, channel);
	log_cstr(&line, "fault", what);
	log_cstr(&line, "text", text);
	log_end(&line);
}

/* What is wrong with the journal, told when it begins; NULL: nothing any more. */
static void
set_journal_fault(struct feed_channel *channel, const char *text)
{
	bool begins;

	pthread_mutex_lock(&channel->lock);
	begins = text != NULL && channel->journal_fault[0] == '\0';
	snprintf(
	    channel->journal_fault, sizeof(channel->journal_fault), "%s", text == NULL ? "" : text);
	pthread_mutex_unlock(&channel->lock);
	if (begins)
		log_trouble(channel, fault_word(FAULT_DISK), text);
}

/* Brings channel and guard to what was kept. */
static void
open_journal(struct feed_channel *channel)
{
	struct err err = { 0 };

	if (channel->folder == NULL)
		return;
	channel->journal = journal_open(channel->folder, channel->channel, &err);
	if (channel->journal == NULL)
		set_journal_fault(channel, err.text);
	else if (err.text[0] != '\0')
		log_trouble(channel, fault_word(FAULT_DISK), err.text);
	/* What cannot be read holds the postmaster's word: nothing is written over it. */
	channel->local_kept = !feed_open_decisions(
	    channel->folder, slice_of(channel->name), channel->guard, &err);
	if (channel->local_kept)
		set_journal_fault(channel, err.text);
}

static enum fault
ops_get(void *p, enum carrier_thing thing, struct buf *out, struct err *err)
{
	return carrier_get(((struct feed_channel *)p)->carrier, thing, out, err);
}

static enum fault
ops_entries(void *p, uint64_t from, unsigned wait_ms, carrier_entry *each, void *each_p,
    size_t *count_r, struct err *err)
{
	return carrier_entries(
	    ((struct feed_channel *)p)->carrier, from, wait_ms, each, each_p, count_r, err);
}

static void
ops_hold(void *p, bool on)
{
	struct feed_channel *channel = p;

	if (on)
		pthread_mutex_lock(&channel->host->building);
	else
		pthread_mutex_unlock(&channel->host->building);
}

/* What is wrong with the way to Redis; told when it begins. */
static void
set_carrier_fault(struct feed_channel *channel, const struct err *err)
{
	struct buf text = { 0 };
	bool begins;

	err_format(err, &text);
	pthread_mutex_lock(&channel->lock);
	channel->link.fault = FAULT_UNREACHABLE;
	begins = strncmp(channel->link.text, buf_text(&text), sizeof(channel->link.text) - 1) != 0;
	snprintf(channel->link.text, sizeof(channel->link.text), "%s", buf_text(&text));
	pthread_mutex_unlock(&channel->lock);
	if (begins)
		log_trouble(channel, fault_word(FAULT_UNREACHABLE), buf_text(&text));
	buf_clear(&text);
}

/*
 * The way to Redis, where the settings have one. What is wrong with it, such as a password's file
 * that is not there yet, is told, and the journal serves. Under `building`, but at the start.
 */
static void
open_carrier(struct feed_channel *channel)
{
	const struct feed_setting *setting = channel->setting;
	const struct subscriber_ops ops = { ops_get, ops_entries, ops_hold, channel };
	const struct carrier_place place = { .addresses = setting->redis,
		.count = setting->redis_count,
		.user = setting->user,
		.password_file = setting->password_file,
		.ca_file = setting->ca_file,
		.wake_fd = channel->wake[0] };
	struct err err = { 0 };

	if (setting->redis_count == 0)
		return;
	channel->carrier = carrier_new(&place, slice_of(channel->name), &err);
	if (channel->carrier == NULL) {
		set_carrier_fault(channel, &err);
		return;
	}
	channel->subscriber = subscriber_new(channel->channel, &ops);
}

struct feed_channel *
feed_channel_open(
    struct feed_host *host, const struct generation *generation, const struct feed_setting *setting)
{
	struct feed_channel *channel = calloc(1, sizeof(*channel));
	struct err err = { 0 };

	if (channel == NULL || pipe2(channel->wake, O_NONBLOCK | O_CLOEXEC) != 0)
		abort();
	channel->host = host;
	channel->generation = generation_ref(generation);
	channel->setting = setting;
	channel->name = slice_dup(setting->channel);
	if (generation->settings->state_dir[0] != '\0')
		channel->folder = strdup(generation->settings->state_dir);
	pthread_mutex_init(&channel->lock, NULL);
	channel->queue = VEC_OF(struct queued_hit, NULL);
	channel->channel = feed_open_channel(setting, &err);
	if (err.text[0] != '\0')
		log_trouble(channel, fault_word(FAULT_UNKNOWN_KEY), err.text);
	channel->guard = feed_open_guard(setting);
	channel->rules = feed_rules_new(setting);
	channel->saved_us = clock_monotonic_us();
	open_journal(channel);
	open_carrier(channel);
	return channel;
}

const struct feed_setting *
feed_channel_setting(const struct feed_channel *channel)
{
	return channel->setting;
}

struct slice
feed_channel_name(const struct feed_channel *channel)
{
	return slice_of(channel->name);
}

void
feed_channel_move(struct feed_channel *channel, const struct generation *generation,
    const struct feed_setting *setting)
{
	const struct generation *old = channel->generation;

	channel->generation = generation_ref(generation);
	channel->setting = setting;
	feed_rules_move(channel->rules, setting);
	generation_unref(&old);
}

/* The log line of a rule that is new, has changed, or is refused. */
static void
tell_rule(void *p, const struct feed_rule *rule)
{
	struct feed_channel *channel = p;
	const struct fold_rule *from = fold_find(channel_fold(channel->channel), rule->name);
	struct log_line line;

	/* What stands as before is no news after a reload. */
	if ((channel->laying && rule->refusal == NULL) || channel->told++ >= TOLD_MAX)
		return;
	log_channel(&line, rule->refusal != NULL ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, channel);
	log_text(&line, "rule", rule->name);
	log_cstr(&line, "state", rule->refusal != NULL ? "refused" : guard_state_word(rule->state));
	log_integer(&line, "sequence", (int64_t)rule->seq);
	if (from != NULL) {
		log_cstr(&line, "key", from->key);
		if (from->note.n > 0)
			log_text(&line, "note", from->note);
	}
	if (rule->refusal != NULL) {
		log_cstr(&line, "reason", refusal_word(rule->refusal->reason));
		log_cstr(&line, "text", rule->refusal->text);
	}
	log_end(&line);
}

/* Under building: the channel's rules over `on`; NULL: nothing differs. */
static struct ruleset *
apply(struct feed_channel *channel, struct ruleset *on)
{
	const struct fold *fold = channel_fold(channel->channel);
	const struct feed_change change = { .fold = fold,
		.guard = channel->guard,
		.now = feed_host_now(channel->host),
		.slot = channel->host->slot,
		.tell = tell_rule,
		.tell_p = channel };

	guard_follow(channel->guard, fold, change.now);
	channel->told = 0;
	return feed_rules_apply(channel->rules, &change, on);
}

static void
log_rules(struct feed_channel *channel, int64_t began_us)
{
	struct feed_counts counts = feed_rules_counts(channel->rules);
	struct log_line line;

	log_channel(&line, LOG_LEVEL_INFO, channel);
	log_integer(&line, "sequence", (int64_t)channel_seq(channel->channel));
	log_integer(&line, "live", (int64_t)counts.live);
	log_integer(&line, "shadow", (int64_t)counts.shadow);
	log_integer(&line, "refused", (int64_t)counts.refused);
	log_integer(&line, "us", clock_monotonic_us() - began_us);
	log_end(&line);
}

struct ruleset *
feed_channel_lay(struct feed_channel *channel, struct ruleset *on)
{
	int64_t began_us = clock_monotonic_us();
	struct ruleset *next;

	feed_rules_restart(channel->rules);
	channel->laying = true;
	next = apply(channel, on);
	channel->laying = false;
	log_rules(channel, began_us);
	if (next == NULL)
		return on;
	ruleset_unref(&on);
	return next;
}

/* Puts what has changed in force. */
static void
put_in_force(struct feed_channel *channel)
{
	struct feed_host *host = channel->host;
	int64_t began_us = clock_monotonic_us();
	const struct generation *now;
	struct ruleset *next;

	pthread_mutex_lock(&host->building);
	now = live_take(host->live);
	next = apply(channel, now->ruleset);
	if (next != NULL)
		live_swap(host->live, generation_with_rules(now, next));
	generation_unref(&now);
	log_rules(channel, began_us);
	pthread_mutex_unlock(&host->building);
}

/* Fewer layers, when there is time. */
static void
fold_layers(struct feed_channel *channel)
{
	struct feed_host *host = channel->host;
	const struct generation *now;
	struct ruleset *next = NULL;

	pthread_mutex_lock(&host->building);
	now = live_take(host->live);
	if (ruleset_depth(now->ruleset) > DEPTH_IDLE)
		next = ruleset_fold(now->ruleset);
	if (next != NULL)
		live_swap(host->live, generation_with_rules(now, next));
	generation_unref(&now);
	pthread_mutex_unlock(&host->building);
}

/* Writes what is decided and counted; under building. */
static bool
save_local(struct feed_channel *channel, struct err *err)
{
	struct buf text = { 0 };
	bool good = true;

	if (channel->local_kept) {
		err_set(err, "decisions are not kept: what is there could not be read");
		return false;
	}
	if (channel->folder == NULL)
		return true;
	guard_write(channel->guard, &text);
	good = journal_local_write(channel->folder, slice_of(channel->name), buf_slice(&text), err);
	buf_clear(&text);
	return good;
}

static void
save_counters(struct feed_channel *channel)
{
	struct err err = { 0 };

	if (!channel->counters_changed)
		return;
	channel->counters_changed = false;
	channel->saved_us = clock_monotonic_us();
	pthread_mutex_lock(&channel->host->building);
	if (!save_local(channel, &err))
		set_journal_fault(channel, err.text);
	pthread_mutex_unlock(&channel->host->building);
}

/* The state as a whole, where entries alone do not tell it. */
static void
checkpoint(struct feed_channel *channel)
{
	struct err err = { 0 };

	if (journal_checkpoint(channel->journal, channel->channel, &err)) {
		channel->checkpoint_due = channel->head_unsaved = false;
		channel->head_saved_us = clock_monotonic_us();
		set_journal_fault(channel, NULL);
	} else {
		set_journal_fault(channel, err.text);
	}
}

/* Writes what came into the journal; the rules are live already. */
static void
keep_news(struct feed_channel *channel, const struct subscriber_news *news)
{
	struct err err = { 0 };

	if (channel->journal == NULL)
		return;
	if (news->snapshot || news->keyset)
		channel->checkpoint_due = true;
	channel->head_unsaved |= news->head;
	/* Entries behind one that could not be written are in the next checkpoint. */
	for (size_t i = 0; i < news->entries.n && !channel->checkpoint_due; i++) {
		if (journal_add(
			channel->journal, *(const struct slice *)vec_at(&news->entries, i), &err))
			continue;
		set_journal_fault(channel, err.text);
		channel->checkpoint_due = true;
		return;
	}
	if (channel->head_unsaved && clock_monotonic_us() - channel->head_saved_us >= HEAD_SAVE_US)
		channel->checkpoint_due = true;
	if (channel->checkpoint_due || journal_is_long(channel->journal))
		checkpoint(channel);
}

/*
 * Tells of a fault when it begins, and when it is over; of the same one once in FAULT_TELL_S, for
 * who owns the Redis may change what is wrong as often as he likes.
 */
static void
note_status(struct feed_channel *channel, const struct subscriber_now *now)
{
	struct subscriber_status status;
	struct log_line line;

	subscriber_status(channel->subscriber, now, &status);
	pthread_mutex_lock(&channel->lock);
	channel->link = status;
	pthread_mutex_unlock(&channel->lock);
	if (status.fault == channel->told_fault ||
	    (channel->told_s[status.fault] != 0 &&
		now->monotonic_ms / 1000 - channel->told_s[status.fault] < FAULT_TELL_S))
		return;
	channel->told_fault = status.fault;
	channel->told_s[status.fault] = now->monotonic_ms / 1000;
	log_channel(&line,
	    status.fault == FAULT_NONE || status.fault == FAULT_EMPTY ? LOG_LEVEL_INFO
								      : LOG_LEVEL_WARNING,
	    channel);
	log_cstr(&line, "fault", fault_word(status.fault));
	log_cstr(&line, "text", status.text[0] != '\0' ? status.text : fault_text(status.fault));
	log_integer(&line, "sequence", (int64_t)channel_seq(channel->channel));
	log_end(&line);
	if (status.fault != FAULT_NONE)
		metrics_add(&channel->host->metrics->feed_faults, 1);
}

/* A rule has fallen to shadow. */
static void
log_fallen(struct feed_channel *channel, const struct queued_hit *hit)
{
	const struct guard_rule *rule = guard_find(channel->guard, slice_of(hit->rule));
	struct log_line line;

	log_channel(&line, LOG_LEVEL_WARNING, channel);
	log_cstr(&line, "rule", hit->rule);
	log_cstr(&line, "state", guard_state_word(rule->fallen));
	log_integer(&line, "hits", (int64_t)rule->hits);
	log_integer(&line, "good", (int64_t)rule->good);
	for (size_t i = 0; i < GUARD_EXAMPLES && rule->examples[i][0] != '\0'; i++)
		log_cstr(&line, "queue_id", rule->examples[i]);
	log_end(&line);
	metrics_add(&channel->host->metrics->feed_muted, 1);
}

/* Hands waiting hits to the guard; true when a rule's standing has changed. */
static bool
count_hits(struct feed_channel *channel)
{
	struct vec queue;
	bool fallen = false;

	pthread_mutex_lock(&channel->lock);
	queue = channel->queue;
	channel->queue = VEC_OF(struct queued_hit, NULL);
	pthread_mutex_unlock(&channel->lock);
	if (queue.n == 0)
		return false;
	pthread_mutex_lock(&channel->host->building);
	for (size_t i = 0; i < queue.n; i++) {
		const struct queued_hit *hit = vec_at(&queue, i);
		const struct guard_mail mail = { hit->good, slice_of(hit->domain),
			slice_of(hit->queue_id), hit->now };

		if (hit->limited ? guard_limit(channel->guard, slice_of(hit->rule), hit->now)
				 : guard_hit(channel->guard, slice_of(hit->rule), &mail)) {
			log_fallen(channel, hit);
			fallen = true;
		}
	}
	pthread_mutex_unlock(&channel->host->building);
	vec_clear(&queue);
	channel->counters_changed = true;
	return fallen;
}

/* Whether a rule's time in shadow has ended since the last look. */
static bool
shadow_ended(struct feed_channel *channel)
{
	int64_t now = feed_host_now(channel->host);
	bool ended = now >= channel->look_s;

	pthread_mutex_lock(&channel->host->building);
	channel->look_s = guard_next(channel->guard, now);
	pthread_mutex_unlock(&channel->host->building);
	return ended;
}

static struct subscriber_now
time_now(const struct feed_channel *channel)
{
	struct subscriber_now now = { .wall_s = feed_host_now(channel->host),
		.monotonic_ms = clock_monotonic_us() / 1000 };

	if (getrandom(&now.random, sizeof(now.random), 0) < 0)
		now.random = (uint64_t)clock_monotonic_us();
	return now;
}

/* One step of the subscriber, or none without Redis. Returns the milliseconds to wait. */
static unsigned
follow(struct feed_channel *channel)
{
	struct subscriber_news news = SUBSCRIBER_NEWS_INIT;
	struct subscriber_now now = time_now(channel);
	unsigned wait_ms;

	if (channel->subscriber == NULL) {
		pthread_mutex_lock(&channel->host->building);
		open_carrier(channel);
		pthread_mutex_unlock(&channel->host->building);
	}
	if (channel->subscriber == NULL)
		return IDLE_MS;
	wait_ms = subscriber_step(channel->subscriber, &now, &news);
	if (news.entries.n > 0 || news.snapshot)
		put_in_force(channel);
	metrics_add(&channel->host->metrics->feed_entries, news.entries.n);
	if (news.entries.n > 0 || news.snapshot || news.keyset || news.head ||
	    channel->checkpoint_due)
		keep_news(channel, &news);
	if (!atomic_load(&channel->stop))
		note_status(channel, &now);
	if (news.entries.n == 0 && !news.snapshot && wait_ms == 0)
		fold_layers(channel);
	subscriber_news_clear(&news);
	return wait_ms;
}

/* What is to be done besides, once a second or so. */
static void
tend(struct feed_channel *channel)
{
	bool changed = count_hits(channel);

	if (shadow_ended(channel) || changed)
		put_in_force(channel);
	if (clock_monotonic_us() - channel->saved_us >= SAVE_US)
		save_counters(channel);
}

static void *
channel_thread(void *p)
{
	struct feed_channel *channel = p;

	channel->look_s = INT64_MAX;
	while (!atomic_load(&channel->stop)) {
		unsigned wait_ms = follow(channel);

		tend(channel);
		while (wait_ms > 0 && !atomic_load(&channel->stop)) {
			unsigned part_ms = wait_ms < TEND_MS ? wait_ms : TEND_MS;

			backoff_wait(part_ms, channel->wake[0]);
			wait_ms -= part_ms;
			tend(channel);
		}
	}
	return NULL;
}

void
feed_channel_start(struct feed_channel *channel)
{
	if (channel->started)
		return;
	channel->started = true;
	if (pthread_create(&channel->thread, NULL, channel_thread, channel) != 0)
		abort();
}

void
feed_channel_close(struct feed_channel **channel_p)
{
	struct feed_channel *channel = *channel_p;

	if (channel == NULL)
		return;
	*channel_p = NULL;
	atomic_store(&channel->stop, true);
	if (write(channel->wake[1], "", 1) < 0)
		log_trouble(channel, "wake", strerror(errno));
	if (channel->started)
		pthread_join(channel->thread, NULL);
	count_hits(channel);
	save_counters(channel);
	if (channel->journal != NULL && (channel->head_unsaved || channel->checkpoint_due))
		checkpoint(channel);
	subscriber_free(&channel->subscriber);
	carrier_free(&channel->carrier);
	journal_close(&channel->journal);
	feed_rules_free(&channel->rules);
	guard_free(&channel->guard);
	channel_free(&channel->channel);
	vec_clear(&channel->queue);
	pthread_mutex_destroy(&channel->lock);
	close(channel->wake[0]);
	close(channel->wake[1]);
	generation_unref(&channel->generation);
	free(channel->folder);
	free(channel->name);
	free(channel);
}

static void
copy_text(char *to, size_t room, struct slice from)
{
	snprintf(to, room, "%.*s", SLICE_ARG(slice_cut(from, 0, room - 1)));
}

void
feed_channel_hit(struct feed_channel *channel, const struct feed_hit *hit)
{
	pthread_mutex_lock(&channel->lock);
	if (channel->queue.n < QUEUE_MAX) {
		struct queued_hit *queued = vec_push(&channel->queue);

		queued->limited = hit->limited;
		queued->good = hit->good;
		queued->now = feed_host_now(channel->host);
		copy_text(queued->rule, sizeof(queued->rule), hit->rule);
		copy_text(queued->domain, sizeof(queued->domain), hit->domain);
		copy_text(queued->queue_id, sizeof(queued->queue_id), hit->queue_id);
	}
	pthread_mutex_unlock(&channel->lock);
}

bool
feed_channel_decide(
    struct feed_channel *channel, struct slice rule, enum guard_decision decision, struct err *err)
{
	struct log_line line;
	bool known, kept;

	pthread_mutex_lock(&channel->host->building);
	known = feed_rules_find(channel->rules, rule) != NULL &&
		guard_decide(channel->guard, rule, decision);
	kept = known && save_local(channel, err);
	pthread_mutex_unlock(&channel->host->building);
	if (!known)
		return false;
	put_in_force(channel);
	log_channel(&line, LOG_LEVEL_INFO, channel);
	log_text(&line, "rule", rule);
	log_cstr(&line, "decision", decision == GUARD_MUTE ? "mute" : "promote");
	log_end(&line);
	return kept;
}

static int
rule_compare(const void *a, const void *b)
{
	return slice_compare(
	    ((const struct feed_rule_status *)a)->name, ((const struct feed_rule_status *)b)->name);
}

/* One rule, with what the guard counted. */
static void
rule_status(const struct feed_channel *channel, const struct feed_rule *rule, struct arena *arena,
    struct feed_rule_status *status)
{
	const struct fold_rule *from = fold_find(channel_fold(channel->channel), rule->name);
	const struct guard_rule *counted = guard_find(channel->guard, rule->name);

	*status = (struct feed_rule_status){ .name = arena_copy(arena, rule->name),
		.sequence = rule->seq,
		.key = from == NULL ? "" : arena_copy(arena, slice_of(from->key)).p,
		.note = from == NULL ? SLICE("") : arena_copy(arena, from->note),
		.state = guard_state_word(rule->state) };
	if (rule->refusal != NULL) {
		status->state = "refused";
		status->reason = refusal_word(rule->refusal->reason);
		status->text = arena_copy(arena, slice_of(rule->refusal->text));
	}
	if (counted != NULL) {
		status->hits = counted->hits;
		status->good = counted->good;
		memcpy(status->examples, counted->examples, sizeof(status->examples));
	}
}

void
feed_channel_status(
    struct feed_channel *channel, struct arena *arena, struct feed_channel_status *status_r)
{
	struct feed_rule_status *rules;
	size_t count;

	*status_r = (struct feed_channel_status){ .channel = arena_copy(
						      arena, slice_of(channel->name)),
		.now = feed_host_now(channel->host) };
	pthread_mutex_lock(&channel->lock);
	status_r->link = channel->link;
	status_r->journal_fault = arena_copy(arena, slice_of(channel->journal_fault)).p;
	pthread_mutex_unlock(&channel->lock);
	pthread_mutex_lock(&channel->host->building);
	count = feed_rules_count(channel->rules);
	rules = arena_array(arena, count + 1, sizeof(*rules));
	status_r->sequence = channel_seq(channel->channel);
	status_r->head = *channel_head(channel->channel);
	status_r->keyset_version = channel_keyset(channel->channel)->version;
	status_r->keyset_expires = channel_keyset(channel->channel)->expires;
	status_r->counts = feed_rules_counts(channel->rules);
	for (size_t i = 0; i < count && rules != NULL; i++)
		rule_status(channel, feed_rules_at(channel->rules, i), arena, &rules[i]);
	pthread_mutex_unlock(&channel->host->building);
	if (rules == NULL)
		return;
	qsort(rules, count, sizeof(*rules), rule_compare);
	status_r->rules = rules;
	status_r->rule_count = count;
}
