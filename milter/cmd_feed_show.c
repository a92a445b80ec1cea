/*
 * cmd_feed_show.c - `steelyard feed log`, `show` and `diff`: what a channel holds, verified
 *
 * All of it comes from the archive, which is brought up to date first. Times are UTC; text of
 * the feed's is made safe for terminals, but for bodies, which are YAML in one line each.
 */
#include "config.h"

#include <inttypes.h>

#include "engine/rules/score.h"
#include "milter/clock.h"
#include "milter/cmd_feed.h"
#include "milter/command.h"
#include "milter/feed_desk.h"
#include "milter/feed_entry.h"
#include "milter/json.h"

#define SHOWN_NAMES 8
#define ENTRY_ARENA ((size_t)64 << 20)

static bool
open_desk(struct feed_desk *desk, const struct feed_options *options, int *status_r)
{
	*status_r = COMMAND_USAGE;
	if (!feed_desk_init(desk, options) || !feed_desk_open(desk, 0))
		return false;
	*status_r = feed_desk_look(desk);
	return *status_r == COMMAND_DONE;
}

/* Entry `seq` out of the archive; false: it is not there. */
static bool
read_entry(
    const struct feed_desk *desk, uint64_t seq, struct arena *arena, struct carried *carried_r)
{
	struct slice bytes = archive_entry(desk->publisher.archive, seq, arena);
	struct err err;

	return bytes.p != NULL && carried_read(CARRIED_ENTRY, bytes, carried_r, &err) == FAULT_NONE;
}

static void
print_line(const struct carried *carried, const struct feed_entry *entry, struct buf *out)
{
	struct buf names = { 0 };

	buf_printf(out, "%6" PRIu64 "  ", carried->seq);
	clock_format(carried->time * 1000000, out);
	buf_printf(out, "  %s  ", carried->key);
	feed_entry_print(entry, SHOWN_NAMES, &names);
	buf_add(out, buf_slice(&names));
	if (entry->note.n > 0) {
		buf_add(out, SLICE("  # "));
		feed_entry_safe(entry->note, out);
	}
	buf_add_byte(out, '\n');
	buf_clear(&names);
}

static void
print_json(const struct carried *carried, const struct feed_entry *entry, struct buf *out)
{
	struct json json = { .out = out };

	json_open(&json, '{');
	json_key(&json, "seq");
	json_integer(&json, (int64_t)carried->seq);
	json_key(&json, "time");
	json_integer(&json, carried->time);
	json_key(&json, "key");
	json_string(&json, slice_of(carried->key));
	json_key(&json, "size");
	json_integer(&json, (int64_t)carried->body.n);
	feed_entry_json(entry, &json);
	json_close(&json, '}');
	buf_add_byte(out, '\n');
}

/* One entry as a line, of text or JSON; what is not there is passed over. */
static void
list_entry(const struct feed_desk *desk, uint64_t seq, struct buf *out)
{
	struct arena *arena = arena_new(ENTRY_ARENA);
	struct feed_entry entry;
	struct carried carried;

	if (read_entry(desk, seq, arena, &carried)) {
		feed_entry_read(arena, carried.body, &entry);
		if (desk->options->json)
			print_json(&carried, &entry, out);
		else
			print_line(&carried, &entry, out);
	}
	arena_free(&arena);
}

int
feed_log(const struct feed_options *options)
{
	struct feed_desk desk;
	struct buf out = { 0 };
	int status;

	if (open_desk(&desk, options, &status)) {
		const struct archive *archive = desk.publisher.archive;
		uint64_t last = channel_seq(archive_channel(archive));

		for (uint64_t seq = archive_base(archive) + 1; seq <= last; seq++)
			list_entry(&desk, seq, &out);
		if (!command_print(&out))
			status = COMMAND_FAULT;
	}
	buf_clear(&out);
	feed_desk_clear(&desk);
	return status;
}

static int
show_entry(const struct feed_desk *desk, uint64_t seq, struct buf *out)
{
	struct arena *arena = arena_new(ENTRY_ARENA);
	struct carried carried;
	bool found = read_entry(desk, seq, arena, &carried);

	if (!found)
		command_complain("entry %" PRIu64 " is not known here", seq);
	else if (desk->options->json)
		list_entry(desk, seq, out);
	else {
		buf_add(out, carried.header);
		buf_add_byte(out, '\n');
		buf_add(out, carried.body);
		if (carried.body.n > 0 && carried.body.p[carried.body.n - 1] != '\n')
			buf_add_byte(out, '\n');
	}
	arena_free(&arena);
	return found ? COMMAND_DONE : COMMAND_NO;
}

static void
show_rule_json(const struct fold_rule *rule, struct buf *out)
{
	struct json json = { .out = out };

	json_open(&json, '{');
	json_key(&json, "rule");
	json_string(&json, rule->name);
	json_key(&json, "yaml");
	json_string(&json, rule->text);
	json_key(&json, "seq");
	json_integer(&json, (int64_t)rule->seq);
	json_key(&json, "put_seq");
	json_integer(&json, (int64_t)rule->put_seq);
	json_key(&json, "key");
	json_string(&json, slice_of(rule->key));
	json_key(&json, "note");
	json_string(&json, rule->note);
	if (rule->has_score) {
		json_key(&json, "score");
		json_score(&json, rule->score);
	}
	json_close(&json, '}');
	buf_add_byte(out, '\n');
}

static int
show_rule(const struct feed_desk *desk, const char *name, struct buf *out)
{
	const struct fold *fold = channel_fold(archive_channel(desk->publisher.archive));
	const struct fold_rule *rule = fold_find(fold, slice_of(name));

	if (rule == NULL) {
		command_complain(
		    "there is no rule %s in channel %.*s", name, SLICE_ARG(desk->channel));
		return COMMAND_NO;
	}
	if (desk->options->json) {
		show_rule_json(rule, out);
		return COMMAND_DONE;
	}
	buf_printf(out, "# put by entry %" PRIu64 ", key %s", rule->put_seq, rule->key);
	if (rule->note.n > 0) {
		buf_add(out, SLICE(": "));
		feed_entry_safe(rule->note, out);
	}
	buf_add_byte(out, '\n');
	if (rule->has_score) {
		buf_add(out, SLICE("# scored "));
		score_print(out, rule->score);
		buf_printf(out, " by entry %" PRIu64 "\n", rule->seq);
	}
	buf_printf(out, "%.*s: ", SLICE_ARG(rule->name));
	buf_add(out, rule->text);
	buf_add_byte(out, '\n');
	return COMMAND_DONE;
}

int
feed_show(const struct feed_options *options)
{
	const char *what = options->args[0];
	struct feed_desk desk;
	struct buf out = { 0 };
	uint64_t seq;
	int status = COMMAND_USAGE;

	if (what[0] >= '0' && what[0] <= '9' && !feed_option_number("", what, &seq))
		return status;
	if (open_desk(&desk, options, &status)) {
		if (what[0] >= '0' && what[0] <= '9')
			status = show_entry(&desk, seq, &out);
		else
			status = show_rule(&desk, what, &out);
		if (status == COMMAND_DONE && !command_print(&out))
			status = COMMAND_FAULT;
	}
	buf_clear(&out);
	feed_desk_clear(&desk);
	return status;
}

static int
print_difference(const struct feed_desk *desk, uint64_t from_seq, uint64_t to_seq)
{
	const struct archive *archive = desk->publisher.archive;
	struct fold *from, *to = NULL;
	struct err err = { 0 };
	struct buf out = { 0 };
	int status = COMMAND_NO;

	from = archive_fold(archive, from_seq, feed_now(), &err);
	if (from != NULL)
		to = archive_fold(archive, to_seq, feed_now(), &err);
	if (to == NULL) {
		command_complain("%s", err.text);
	} else {
		fold_difference(from, to, SLICE(""), &out);
		status = command_print(&out) ? COMMAND_DONE : COMMAND_FAULT;
	}
	fold_free(&from);
	fold_free(&to);
	buf_clear(&out);
	return status;
}

int
feed_diff(const struct feed_options *options)
{
	struct feed_desk desk;
	uint64_t from, to;
	int status = COMMAND_USAGE;

	if (!feed_option_number("", options->args[0], &from) ||
	    !feed_option_number("", options->args[1], &to))
		return status;
	if (open_desk(&desk, options, &status))
		status = print_difference(&desk, from, to);
	feed_desk_clear(&desk);
	return status;
}
