/*
 * actions.c - a verdict -> what is asked of the MTA
 *
 * Incoming copies of our fields are removed from the highest index down, for
 * each removal moves those behind it. Ours go in just behind the Received
 * field that the MTA puts on top (RFC 5321, 4.4: trace fields come first), the
 * last one first, so that they stand in the verdict's order.
 *
 * A message that is refused or thrown away is not edited. An incomplete scan
 * that is to pass whatever its score (on_incomplete) gets none of our fields
 * that would tell of the score.
 *
 * libmilter's strings end in NUL: what a NUL or CR in a value came from is a
 * hostile message, and both become "?".
 */
#include "config.h"

#include "milter/actions.h"

#include <string.h>

#include "conf/settings.h"
#include "engine/auth/authentication.h"
#include "engine/rules/score.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/vec.h"

/* When on_incomplete says tempfail, the verdict has no reply. */
#define INCOMPLETE_REPLY SLICE("451 4.7.1 Message could not be checked in time, try again later")

/* `value` as libmilter takes it: a C string, line breaks LF alone, cut at ACTIONS_VALUE_MAX. */
static const char *
value_text(struct arena *arena, struct slice value, bool leading_space)
{
	struct buf out = { .arena = arena };

	value = slice_cut(value, 0, ACTIONS_VALUE_MAX);
	if (leading_space && !slice_starts(value, SLICE(" ")))
		buf_add_byte(&out, ' ');
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c == '\r' && i + 1 < value.n && value.p[i + 1] == '\n')
			continue;
		buf_add_byte(&out, c == '\0' || c == '\r' ? '?' : c);
	}
	return buf_text(&out);
}

static const char *
name_text(struct arena *arena, struct slice name)
{
	struct buf out = { .arena = arena };

	buf_add(&out, name);
	return buf_text(&out);
}

static void
edits_push(struct vec *edits, struct edit edit)
{
	struct edit *room = vec_push(edits);

	if (room != NULL)
		*room = edit;
}

static void
plan_removals(struct arena *arena, const struct session *session, struct vec *edits)
{
	for (size_t i = 0; i < session_field_count(session); i++) {
		const struct session_field *field = session_field_at(session, i);
		const char *name = name_text(arena, field->name);

		for (unsigned index = field->count; index > 0; index--)
			edits_push(edits, (struct edit){ EDIT_REMOVE, name, index, NULL });
	}
	for (size_t i = session_authres_count(session); i > 0; i--)
		edits_push(edits, (struct edit){ EDIT_REMOVE, "Authentication-Results",
				      session_authres_at(session, i - 1), NULL });
}

/* Fields to come; `hidden`: only the one that tells nothing of the score. */
static void
plan_fields(struct arena *arena, const struct verdict *verdict, bool hidden, bool leading_space,
    struct vec *edits)
{
	for (size_t i = verdict->field_count; i > 0; i--) {
		const struct verdict_field *field = &verdict->fields[i - 1];

		if (hidden && !slice_eq(field->name, AUTHRES_FIELD))
			continue;
		edits_push(edits, (struct edit){ EDIT_INSERT, name_text(arena, field->name), 0,
				      value_text(arena, field->value, leading_space) });
	}
}

/* Fields whose values change, and what they were, at the header's end. */
static void
plan_rewrites(
    struct arena *arena, const struct verdict *verdict, bool leading_space, struct vec *edits)
{
	for (size_t i = 0; i < verdict->rewrite_count; i++) {
		const struct verdict_rewrite *rewrite = &verdict->rewrites[i];
		bool there = rewrite->index > 0;

		edits_push(edits, (struct edit){ there ? EDIT_REPLACE : EDIT_APPEND,
				      name_text(arena, rewrite->name), rewrite->index,
				      value_text(arena, rewrite->value, leading_space) });
	}
	for (size_t i = 0; i < verdict->previous_count; i++) {
		const struct verdict_field *field = &verdict->previous[i];

		edits_push(edits, (struct edit){ EDIT_APPEND, name_text(arena, field->name), 0,
				      value_text(arena, field->value, leading_space) });
	}
}

/* One printable line with % doubled, cut at ACTIONS_REPLY_MAX before that. */
static const char *
reply_text(struct arena *arena, struct slice text)
{
	struct buf out = { .arena = arena };

	text = slice_cut(slice_trim(text), 0, ACTIONS_REPLY_MAX);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '%')
			buf_add_byte(&out, '%');
		if (ascii_is_space(c))
			c = ' ';
		buf_add_byte(&out, ascii_is_print(c) ? c : '?');
	}
	return buf_text(&out);
}

/* Takes the next word off *rest. */
static struct slice
reply_word(struct slice *rest)
{
	size_t end = slice_find_byte(*rest, 0, ' ');
	struct slice word = slice_cut(*rest, 0, end);

	*rest = slice_trim(slice_from(*rest, end));
	return word;
}

/* Whether `word` is "5.7.1" or the like of that class. */
static bool
reply_is_enhanced(struct slice word, char class)
{
	size_t dots = 0;

	if (word.n < 5 || word.n > 9 || word.p[0] != class || word.p[1] != '.')
		return false;
	for (size_t i = 0; i < word.n; i++) {
		bool dot = word.p[i] == '.';

		if (!dot && !ascii_is_digit(word.p[i]))
			return false;
		if (dot && word.p[i - 1] == '.')
			return false;
		dots += dot;
	}
	return dots == 2 && word.p[word.n - 1] != '.';
}

/* "550 5.7.1 text" in its three parts; a code of the wrong class is left to the MTA's own. */
static void
plan_reply(struct arena *arena, struct slice reply, char class, struct actions *actions)
{
	struct slice rest = slice_trim(reply);
	struct slice code = reply_word(&rest), after = rest, enhanced;

	if (code.n != 3 || code.p[0] != class || !ascii_is_digit(code.p[1]) ||
	    !ascii_is_digit(code.p[2]))
		return;
	enhanced = reply_word(&after);
	if (reply_is_enhanced(enhanced, class)) {
		actions->enhanced = name_text(arena, enhanced);
		rest = after;
	}
	actions->code = name_text(arena, code);
	actions->text = reply_text(arena, rest);
}

/* The action after on_incomplete. */
static enum action
plan_action(const struct settings *settings, const struct verdict *verdict)
{
	if (!verdict->incomplete)
		return verdict->action;
	switch (settings->on_incomplete) {
	case INCOMPLETE_VERDICT:
		return verdict->action;
	case INCOMPLETE_PASS:
		return ACTION_PASS;
	case INCOMPLETE_TAG:
		return ACTION_TAG;
	case INCOMPLETE_TEMPFAIL:
		return ACTION_TEMPFAIL;
	}
	return verdict->action;
}

static const char *
quarantine_reason(struct arena *arena, const struct verdict *verdict)
{
	struct buf reason = { .arena = arena };

	buf_add(&reason, SLICE("steelyard: score "));
	score_print(&reason, verdict->score);
	return buf_text(&reason);
}

static void
plan_edits(struct arena *arena, const struct session *session, const struct verdict *verdict,
    bool leading_space, struct actions *actions)
{
	bool hidden = actions->action == ACTION_PASS && verdict->incomplete &&
		      verdict->action != ACTION_PASS;
	struct vec edits = VEC_OF(struct edit, arena);

	plan_removals(arena, session, &edits);
	plan_fields(arena, verdict, hidden, leading_space, &edits);
	if (!hidden)
		plan_rewrites(arena, verdict, leading_space, &edits);
	if (actions->action == ACTION_SUBJECT && verdict->subject.p != NULL)
		edits_push(&edits, (struct edit){ EDIT_REPLACE, "Subject", 1,
				       value_text(arena, verdict->subject, leading_space) });
	actions->edits = edits.p;
	actions->edit_count = edits.n;
}

bool
actions_plan(struct arena *arena, const struct session *session, const struct verdict *verdict,
    bool leading_space, struct actions *actions_r)
{
	const struct settings *settings = session_generation(session)->settings;
	enum action action = plan_action(settings, verdict);
	struct actions actions = { .action = action };

	switch (action) {
	case ACTION_REJECT:
		plan_reply(arena, verdict->reply, '5', &actions);
		break;
	case ACTION_TEMPFAIL:
		plan_reply(arena,
		    verdict->action == ACTION_TEMPFAIL ? verdict->reply : INCOMPLETE_REPLY, '4',
		    &actions);
		break;
	case ACTION_DISCARD:
		break;
	case ACTION_QUARANTINE:
		actions.quarantine = quarantine_reason(arena, verdict);
		plan_edits(arena, session, verdict, leading_space, &actions);
		break;
	case ACTION_PASS:
	case ACTION_TAG:
	case ACTION_SUBJECT:
	case ACTION_COUNT:
		plan_edits(arena, session, verdict, leading_space, &actions);
		break;
	}
	*actions_r = actions;
	return !arena_overflowed(arena);
}

bool
actions_plan_refusal(struct arena *arena, const struct verdict *verdict, struct actions *actions_r)
{
	*actions_r = (struct actions){ .action = ACTION_REJECT };
	plan_reply(arena, verdict->reply, '5', actions_r);
	return !arena_overflowed(arena);
}

bool
actions_plan_unjudged(struct arena *arena, const struct session *session, struct actions *actions_r)
{
	struct vec edits = VEC_OF(struct edit, arena);

	plan_removals(arena, session, &edits);
	*actions_r = (struct actions){
		.action = ACTION_PASS, .edits = edits.p, .edit_count = edits.n
	};
	return session_failure(session) != SESSION_FIELDS && !arena_overflowed(arena);
}
