/*
 * feed_report.c - how channels stand, for people and programs: `steelyard feed status`
 */
#include "config.h"

#include "milter/feed_report.h"

#include <inttypes.h>

#include "milter/clock.h"
#include "milter/json.h"
#include "milter/log.h"

#define REPORT_ARENA ((size_t)512 << 20)

static void
add_time(struct buf *out, const char *name, int64_t seconds)
{
	buf_printf(out, " %s=", name);
	if (seconds == 0)
		buf_add(out, SLICE("never"));
	else
		clock_format(seconds * CLOCK_SECOND_US, out);
}

static void
add_quoted(struct buf *out, const char *name, struct slice value)
{
	buf_printf(out, " %s=", name);
	log_quote(out, value);
}

/* Whether the text has a line for the rule; JSON has all. */
static bool
worth_a_line(const struct feed_rule_status *rule)
{
	return rule->reason != NULL || !slice_eq(slice_of(rule->state), SLICE("live")) ||
	       rule->hits > 0;
}

static void
rule_text(const struct feed_rule_status *rule, struct buf *out)
{
	buf_add(out, SLICE("  "));
	log_quote(out, rule->name);
	buf_printf(out, " %s sequence=%" PRIu64 " key=%s", rule->state, rule->sequence, rule->key);
	if (rule->reason != NULL) {
		buf_printf(out, " reason=%s", rule->reason);
		add_quoted(out, "text", rule->text);
	}
	buf_printf(out, " hits=%" PRIu64 " good=%" PRIu64, rule->hits, rule->good);
	for (size_t i = 0; i < GUARD_EXAMPLES && rule->examples[i][0] != '\0'; i++)
		buf_printf(out, " queue_id=%s", rule->examples[i]);
	if (rule->note.n > 0)
		add_quoted(out, "note", rule->note);
	buf_add_byte(out, '\n');
}

static void
channel_text(const struct feed_channel_status *status, struct buf *out)
{
	const struct subscriber_status *link = &status->link;

	buf_printf(out, "%.*s %s sequence=%" PRIu64 " head=%" PRIu64, SLICE_ARG(status->channel),
	    !link->connected  ? "disconnected"
	    : link->following ? "following"
			      : "catching-up",
	    status->sequence, status->head.seq);
	if (status->head.seq > 0)
		buf_printf(out, " head_age=%" PRId64 "s", status->now - status->head.issued);
	buf_printf(out, " live=%zu shadow=%zu refused=%zu snapshot=%" PRIu64 " keyset=%" PRIu64,
	    status->counts.live, status->counts.shadow, status->counts.refused, link->snapshot_seq,
	    status->keyset_version);
	add_time(out, "heard", link->heard_s);
	buf_printf(out, " fault=%s", fault_word(link->fault));
	if (link->fault != FAULT_NONE)
		add_quoted(out, "text",
		    slice_of(link->text[0] != '\0' ? link->text : fault_text(link->fault)));
	if (status->journal_fault[0] != '\0')
		add_quoted(out, "journal", slice_of(status->journal_fault));
	buf_add_byte(out, '\n');
	for (size_t i = 0; i < status->rule_count; i++)
		if (worth_a_line(&status->rules[i]))
			rule_text(&status->rules[i], out);
}

static void
add_number(struct json *json, const char *key, int64_t value)
{
	json_key(json, key);
	json_integer(json, value);
}

static void
add_string(struct json *json, const char *key, struct slice value)
{
	json_key(json, key);
	json_string(json, value.p == NULL ? SLICE("") : value);
}

static void
add_bool(struct json *json, const char *key, bool value)
{
	json_key(json, key);
	json_bool(json, value);
}

static void
rule_json(const struct feed_rule_status *rule, struct json *json)
{
	json_open(json, '{');
	add_string(json, "rule", rule->name);
	add_string(json, "state", slice_of(rule->state));
	add_number(json, "sequence", (int64_t)rule->sequence);
	add_string(json, "key", slice_of(rule->key));
	add_string(json, "note", rule->note);
	if (rule->reason != NULL) {
		add_string(json, "reason", slice_of(rule->reason));
		add_string(json, "text", rule->text);
	}
	add_number(json, "hits", (int64_t)rule->hits);
	add_number(json, "good", (int64_t)rule->good);
	json_key(json, "examples");
	json_open(json, '[');
	for (size_t i = 0; i < GUARD_EXAMPLES && rule->examples[i][0] != '\0'; i++)
		json_string(json, slice_of(rule->examples[i]));
	json_close(json, ']');
	json_close(json, '}');
}

static void
channel_json(const struct feed_channel_status *status, struct json *json)
{
	const struct subscriber_status *link = &status->link;

	json_open(json, '{');
	add_string(json, "channel", status->channel);
	add_bool(json, "connected", link->connected);
	add_bool(json, "following", link->following);
	add_number(json, "sequence", (int64_t)status->sequence);
	add_number(json, "head", (int64_t)status->head.seq);
	add_number(
	    json, "head_age", status->head.seq == 0 ? -1 : status->now - status->head.issued);
	add_number(json, "head_expires", status->head.expires);
	add_number(json, "keyset", (int64_t)status->keyset_version);
	add_number(json, "keyset_expires", status->keyset_expires);
	add_number(json, "live", (int64_t)status->counts.live);
	add_number(json, "shadow", (int64_t)status->counts.shadow);
	add_number(json, "refused", (int64_t)status->counts.refused);
	add_number(json, "snapshot", (int64_t)link->snapshot_seq);
	add_number(json, "heard", link->heard_s);
	add_number(json, "refused_things", (int64_t)link->refused);
	add_string(json, "fault", slice_of(fault_word(link->fault)));
	add_string(json, "text", slice_of(link->text));
	add_string(json, "journal", slice_of(status->journal_fault));
	json_key(json, "rules");
	json_open(json, '[');
	for (size_t i = 0; i < status->rule_count; i++)
		rule_json(&status->rules[i], json);
	json_close(json, ']');
	json_close(json, '}');
}

void
feed_report_begin(bool json, struct buf *out)
{
	if (json)
		buf_add_byte(out, '[');
}

void
feed_report_channel(struct feed_channel *channel, bool json, bool first, struct buf *out)
{
	struct arena *arena = arena_new(REPORT_ARENA);
	struct json writer = { .out = out };
	struct feed_channel_status status;

	feed_channel_status(channel, arena, &status);
	if (json && !first)
		buf_add(out, SLICE(", "));
	if (json)
		channel_json(&status, &writer);
	else
		channel_text(&status, out);
	arena_free(&arena);
}

void
feed_report_end(bool json, size_t count, struct buf *out)
{
	if (json)
		buf_add(out, SLICE("]\n"));
	else if (count == 0)
		buf_add(out, SLICE("no channel is followed: see feeds in steelyard.yaml\n"));
}
