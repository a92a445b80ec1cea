/*
 * cmd_feed_publish.c - `steelyard feed publish`, `rollback`, `snapshot` and `head`: what signs
 *
 * publish and rollback differ in what they want the rules to be; both put the difference as a new
 * entry, and more than one when a change does not fit into one.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "milter/clock.h"
#include "milter/cmd_feed.h"
#include "milter/command.h"
#include "milter/end_signal.h"
#include "milter/feed_desk.h"
#include "milter/feed_entry.h"
#include "milter/feed_gate.h"
#include "milter/json.h"
#include "shared-sync/backoff.h"
#include "shared-sync/rule_change.h"

#define SHOWN_NAMES 20

/* A change on its way. */
struct putting {
	const struct feed_options *options;
	struct feed_desk desk;
	struct rule_change *change; /* publish */
	struct fold *to; /* rollback */
	struct slice note;
	struct diagnostics *found;
	struct settings *defaults; /* of a subscriber */
	struct buf body; /* the last that was made */
	size_t most;
};

static bool
make_change(void *p, const struct fold *fold, struct buf *out, struct err *err)
{
	struct putting *putting = p;
	bool good = rule_change_files(putting->change) == 0 ||
		    feed_gate_pass(putting->desk.settings, putting->change, fold, putting->found);

	if (!good)
		err_set(err, "nothing is published: the rules have errors");
	else
		good = rule_change_body(
		    putting->change, fold, putting->note, putting->most, out, err);
	if (good && putting->defaults != NULL)
		feed_gate_warn(
		    &putting->defaults->feeds.v[0].policy, fold, buf_slice(out), putting->found);
	buf_clear(&putting->body);
	buf_add(&putting->body, buf_slice(out));
	return good;
}

static bool
make_rollback(void *p, const struct fold *fold, struct buf *out, struct err *err)
{
	struct putting *putting = p;

	(void)err;
	fold_difference(fold, putting->to, putting->note, out);
	buf_clear(&putting->body);
	buf_add(&putting->body, buf_slice(out));
	return true;
}

/* Says what came of it; seq 0: nothing had to change, or with `dry`, would be put. */
static bool
print_result(const struct putting *putting, uint64_t seq, bool dry)
{
	struct arena *arena = arena_new(putting->body.n * 64 + ((size_t)1 << 20));
	struct buf out = { 0 }, names = { 0 };
	struct json json = { .out = &out };
	struct feed_entry entry;
	bool good;

	feed_entry_read(arena, buf_slice(&putting->body), &entry);
	if (putting->options->json) {
		json_open(&json, '{');
		json_key(&json, "channel");
		json_string(&json, putting->desk.channel);
		json_key(&json, "seq");
		json_integer(&json, (int64_t)seq);
		json_key(&json, "dry_run");
		json_bool(&json, dry);
		feed_entry_json(&entry, &json);
		json_close(&json, '}');
		buf_add_byte(&out, '\n');
	} else if (dry) {
		buf_add(&out, putting->body.n > 0 ? buf_slice(&putting->body)
						  : SLICE("# nothing would change\n"));
	} else if (seq == 0) {
		buf_add(&out, SLICE("nothing has changed: no entry was put\n"));
	} else {
		feed_entry_print(&entry, SHOWN_NAMES, &names);
		buf_printf(&out, "entry %" PRIu64 ": ", seq);
		buf_add(&out, buf_slice(&names));
		buf_add_byte(&out, '\n');
	}
	good = command_print(&out);
	buf_clear(&names);
	buf_clear(&out);
	arena_free(&arena);
	return good;
}

/* Shows what would be put on top of what is there now. */
static int
try_dry(struct putting *putting, publisher_body *make)
{
	struct publisher *publisher = &putting->desk.publisher;
	struct err err = { 0 };
	struct buf body = { 0 };
	enum fault fault = publisher_look(publisher, &err);
	int status = COMMAND_DONE;

	putting->most = SIZE_MAX;
	if (fault != FAULT_NONE)
		status = feed_complain(fault, &err);
	else if (!make(putting, channel_fold(archive_channel(publisher->archive)), &body, &err))
		status = feed_complain(FAULT_MALFORMED, &err);
	else if (!print_result(putting, 0, true))
		status = COMMAND_FAULT;
	buf_clear(&body);
	return status;
}

static int
put_all(struct putting *putting, publisher_body *make)
{
	struct err err = { 0 };
	enum fault fault;
	uint64_t seq;
	bool more;

	if (putting->options->dry_run)
		return try_dry(putting, make);
	do {
		fault = publisher_put(&putting->desk.publisher, make, putting, &seq, &err);
		if (fault == FAULT_MALFORMED && putting->change != NULL) {
			command_complain("%s", err.text);
			return COMMAND_NO;
		}
		if (fault != FAULT_NONE)
			return feed_complain(fault, &err);
		if (!print_result(putting, seq, false))
			return COMMAND_FAULT;
		more = putting->change != NULL && rule_change_next(putting->change) && seq > 0;
	} while (more);
	return COMMAND_DONE;
}

/* The note of --note; false, told of. */
static bool
read_note(struct putting *putting)
{
	struct slice note = slice_of(putting->options->note);

	putting->note = note.p == NULL ? SLICE("") : note;
	if (putting->note.n <= FOLD_NOTE_MAX && slice_find_byte(note, 0, '\n') == note.n)
		return true;
	command_complain("--note: one line of %d bytes at most", FOLD_NOTE_MAX);
	return false;
}

/* Key, archive, Redis, note, and how long a head holds. */
static bool
open_desk(struct putting *putting)
{
	return read_note(putting) && feed_desk_init(&putting->desk, putting->options) &&
	       feed_desk_open(&putting->desk, FEED_NEED_REDIS | FEED_NEED_KEY) &&
	       feed_option_seconds("lifetime", putting->options->lifetime, FEED_HEAD_S,
		   &putting->desk.publisher.head_s);
}

static bool
read_change(struct putting *putting)
{
	const struct feed_options *options = putting->options;
	struct err err = { 0 };
	bool good = rule_change_read(putting->change, (const char *const *)options->args,
	    options->arg_count, putting->found);

	for (size_t i = 0; good && i < options->removed.n; i++)
		good = rule_change_remove(
		    putting->change, *(struct slice *)vec_at(&options->removed, i), &err);
	for (size_t i = 0; good && i < options->scores.n; i++)
		good = rule_change_score(
		    putting->change, *(struct slice *)vec_at(&options->scores, i), &err);
	if (err.text[0] != '\0')
		command_complain("%s", err.text);
	return good;
}

int
feed_publish(const struct feed_options *options)
{
	struct putting putting = { .options = options, .most = RULE_CHANGE_MOST };
	int status = COMMAND_USAGE;

	if (options->arg_count + options->removed.n + options->scores.n == 0) {
		command_complain("what? rule files, --remove NAME or --score NAME=N");
		return status;
	}
	putting.found = diagnostics_new();
	putting.change = rule_change_new();
	if (!read_change(&putting)) {
		command_complain("nothing is published: the rules have errors");
		status = COMMAND_NO;
	} else if (open_desk(&putting)) {
		putting.defaults = feed_gate_defaults(putting.desk.channel);
		status = put_all(&putting, make_change);
	}
	settings_free(&putting.defaults);
	diagnostics_print(putting.found, stderr);
	diagnostics_free(&putting.found);
	rule_change_free(&putting.change);
	buf_clear(&putting.body);
	feed_desk_clear(&putting.desk);
	return status;
}

/* The rules as they were: what is fetched first may bring entries that are asked for. */
static int
roll_back(struct putting *putting, uint64_t seq)
{
	struct publisher *publisher = &putting->desk.publisher;
	struct err err = { 0 };
	enum fault fault = publisher_look(publisher, &err);

	if (fault != FAULT_NONE)
		return feed_complain(fault, &err);
	putting->to = archive_fold(publisher->archive, seq, feed_now(), &err);
	if (putting->to == NULL) {
		command_complain("%s", err.text);
		return COMMAND_NO;
	}
	return put_all(putting, make_rollback);
}

int
feed_rollback(const struct feed_options *options)
{
	struct putting putting = { .options = options };
	char note[64];
	uint64_t seq;
	int status = COMMAND_USAGE;

	if (options->to == NULL) {
		command_complain("to which entry? --to SEQ");
		return status;
	}
	if (!feed_option_number("to", options->to, &seq))
		return status;
	if (open_desk(&putting)) {
		snprintf(note, sizeof(note), "back to entry %" PRIu64, seq);
		if (putting.note.n == 0)
			putting.note = slice_of(note);
		status = roll_back(&putting, seq);
	}
	fold_free(&putting.to);
	buf_clear(&putting.body);
	feed_desk_clear(&putting.desk);
	return status;
}

int
feed_snapshot(const struct feed_options *options)
{
	struct feed_desk desk;
	struct err err = { 0 };
	enum fault fault;
	int status = COMMAND_USAGE;

	if (feed_desk_init(&desk, options) &&
	    feed_desk_open(&desk, FEED_NEED_REDIS | FEED_NEED_KEY)) {
		fault = publisher_put_snapshot(&desk.publisher, &err);
		status = fault == FAULT_NONE ? COMMAND_DONE : feed_complain(fault, &err);
	}
	feed_desk_clear(&desk);
	return status;
}

/* The wait after a fault: short at first, never longer than the period. */
static unsigned
wait_ms(struct backoff *backoff, enum fault fault, int64_t every_s)
{
	unsigned ms;

	if (fault == FAULT_NONE) {
		backoff_reset(backoff);
		return every_s > UINT32_MAX / 1000 ? UINT32_MAX : (unsigned)(every_s * 1000);
	}
	ms = backoff_next(backoff, (uint64_t)clock_monotonic_us());
	return (int64_t)ms < every_s * 1000 ? ms : (unsigned)(every_s * 1000);
}

/* Signs a head each `every_s` seconds, 0: once. A Redis that is away is waited for. */
static int
keep_head(struct feed_desk *desk, int64_t every_s, int end_pipe)
{
	struct backoff backoff = { 0 };
	enum fault fault = FAULT_NONE;
	int status = COMMAND_DONE;

	do {
		struct err err = { 0 };

		fault = publisher_put_head(&desk->publisher, &err);
		status = fault == FAULT_NONE ? COMMAND_DONE : feed_complain(fault, &err);
		if (every_s > 0 && !end_signal_came())
			backoff_wait(wait_ms(&backoff, fault, every_s), end_pipe);
	} while (every_s > 0 && !end_signal_came());
	return end_signal_came() ? COMMAND_DONE : status;
}

int
feed_head(const struct feed_options *options)
{
	struct feed_desk desk;
	int64_t every, lifetime;
	int status = COMMAND_USAGE;

	if (!feed_option_seconds("every", options->every, 0, &every))
		return status;
	lifetime = every * 3 > FEED_HEAD_S ? every * 3 : FEED_HEAD_S;
	if (!feed_option_seconds("lifetime", options->lifetime, lifetime, &lifetime))
		return status;
	if (feed_desk_init(&desk, options) &&
	    feed_desk_open(&desk, FEED_NEED_REDIS | FEED_NEED_HEAD_KEY | FEED_NEED_ASIDE)) {
		desk.publisher.head_s = lifetime;
		status = keep_head(&desk, every, end_signal_catch());
	}
	feed_desk_clear(&desk);
	return status;
}
