/*
 * test_actions.c - verdicts against what is asked of the MTA
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/util/buf.h"
#include "milter/actions.h"
#include "tests/milter/generation_fixture.h"

static const struct verdict_field added[] = {
	{ SLICE("X-Spam-Flag"), SLICE("YES") },
	{ SLICE("X-Spam-Status"), SLICE("Yes,\n\tscore=6\r\n\tand\r\0") },
};

static const struct verdict_rewrite rewrites[] = {
	{ SLICE("From"), 1, SLICE("(x) a\n\tb") },
	{ SLICE("Subject"), 2, SLICE("[S] y") },
	{ SLICE("Subject"), 0, SLICE("[S] ") },
};
static const struct verdict_field previous[] = { { SLICE("X-Spam-Prev-From"), SLICE("a") } };

#define FIELDS .fields = added, .field_count = 2
static const struct verdict_field authenticated[] = {
	{ SLICE("Authentication-Results"), SLICE("a; none") },
	{ SLICE("X-Spam-Flag"), SLICE("YES") },
};
#define REMOVALS "-2 X-Spam-Flag;-1 X-Spam-Flag;"
#define INSERTS "+X-Spam-Status: Yes,\n\tscore=6\n\tand??;+X-Spam-Flag: YES;"

static const struct {
	const char *name;
	const char *settings;
	struct verdict verdict;
	enum action want;
	const char *want_edits;
	const char *want_reply; /* code enhanced text; NULL: none */
	bool want_quarantine;
} cases[] = {
	{ "pass", "", { .action = ACTION_PASS, FIELDS }, ACTION_PASS, REMOVALS INSERTS, NULL,
	    false },
	{ "tag", "", { .action = ACTION_TAG, FIELDS }, ACTION_TAG, REMOVALS INSERTS, NULL, false },
	{ "subject", "", { .action = ACTION_SUBJECT, .subject = SLICE("[SPAM] x"), FIELDS },
	    ACTION_SUBJECT, REMOVALS INSERTS "=1 Subject: [SPAM] x;", NULL, false },
	{ "subject that has its tag", "", { .action = ACTION_SUBJECT, FIELDS }, ACTION_SUBJECT,
	    REMOVALS INSERTS, NULL, false },
	{ "rewritten", "",
	    { .action = ACTION_TAG,
		.rewrites = rewrites,
		.rewrite_count = 3,
		.previous = previous,
		.previous_count = 1,
		FIELDS },
	    ACTION_TAG,
	    REMOVALS INSERTS "=1 From: (x) a\n\tb;=2 Subject: [S] y;$Subject: [S] ;"
			     "$X-Spam-Prev-From: a;",
	    NULL, false },
	{ "incomplete, not rewritten", "on_incomplete: pass",
	    { .action = ACTION_TAG, .incomplete = true, .rewrites = rewrites, .rewrite_count = 3 },
	    ACTION_PASS, REMOVALS, NULL, false },
	{ "quarantine", "", { .action = ACTION_QUARANTINE, FIELDS }, ACTION_QUARANTINE,
	    REMOVALS INSERTS, NULL, true },
	{ "discard", "", { .action = ACTION_DISCARD, FIELDS }, ACTION_DISCARD, "", NULL, false },
	{ "reject", "", { .action = ACTION_REJECT, .reply = SLICE("550 5.7.1 100% spam"), FIELDS },
	    ACTION_REJECT, "", "550 5.7.1 100%% spam", false },
	{ "reject, lines and bytes", "",
	    { .action = ACTION_REJECT, .reply = SLICE("554 5.7.1 a\r\n550 b\xff\1") },
	    ACTION_REJECT, "", "554 5.7.1 a  550 b??", false },
	{ "reject without enhanced code", "",
	    { .action = ACTION_REJECT, .reply = SLICE("550 no thanks") }, ACTION_REJECT, "",
	    "550 - no thanks", false },
	{ "enhanced code of another class", "",
	    { .action = ACTION_REJECT, .reply = SLICE("550 4.7.1 no") }, ACTION_REJECT, "",
	    "550 - 4.7.1 no", false },
	{ "code of another class", "", { .action = ACTION_REJECT, .reply = SLICE("450 4.7.1 no") },
	    ACTION_REJECT, "", NULL, false },
	{ "no reply", "", { .action = ACTION_REJECT }, ACTION_REJECT, "", NULL, false },
	{ "tempfail", "", { .action = ACTION_TEMPFAIL, .reply = SLICE("451 4.7.1 later") },
	    ACTION_TEMPFAIL, "", "451 4.7.1 later", false },
	{ "incomplete, by its score", "on_incomplete: verdict",
	    { .action = ACTION_TAG, .incomplete = true, FIELDS }, ACTION_TAG, REMOVALS INSERTS,
	    NULL, false },
	{ "incomplete, pass spam", "on_incomplete: pass",
	    { .action = ACTION_REJECT, .incomplete = true, FIELDS }, ACTION_PASS, REMOVALS, NULL,
	    false },
	{ "incomplete, pass ham", "on_incomplete: pass",
	    { .action = ACTION_PASS, .incomplete = true, FIELDS }, ACTION_PASS, REMOVALS INSERTS,
	    NULL, false },
	{ "incomplete, tag", "on_incomplete: tag",
	    { .action = ACTION_REJECT, .incomplete = true, FIELDS }, ACTION_TAG, REMOVALS INSERTS,
	    NULL, false },
	{ "incomplete, tempfail", "on_incomplete: tempfail",
	    { .action = ACTION_PASS, .incomplete = true }, ACTION_TEMPFAIL, "",
	    "451 4.7.1 Message could not be checked in time, try again later", false },
	{ "authentication", "auth: {authserv_id: a}", { .action = ACTION_TAG, FIELDS }, ACTION_TAG,
	    REMOVALS "-3 Authentication-Results;-1 Authentication-Results;" INSERTS, NULL, false },
	{ "authentication tells nothing of the score", "on_incomplete: pass",
	    { .action = ACTION_REJECT,
		.incomplete = true,
		.fields = authenticated,
		.field_count = 2 },
	    ACTION_PASS, REMOVALS "+Authentication-Results: a; none;", NULL, false },
	{ "complete, tempfail for others", "on_incomplete: tempfail",
	    { .action = ACTION_PASS, FIELDS }, ACTION_PASS, REMOVALS INSERTS, NULL, false },
};

/* Edits as one line: -INDEX NAME removes, =INDEX NAME:VALUE replaces, +NAME:VALUE inserts,
 * $NAME:VALUE appends. */
static void
edits_print(const struct actions *actions, struct buf *out)
{
	for (size_t i = 0; i < actions->edit_count; i++) {
		const struct edit *edit = &actions->edits[i];

		switch (edit->kind) {
		case EDIT_REMOVE:
			buf_printf(out, "-%u %s;", edit->index, edit->name);
			break;
		case EDIT_REPLACE:
			buf_printf(out, "=%u %s:%s;", edit->index, edit->name, edit->value);
			break;
		case EDIT_APPEND:
			buf_printf(out, "$%s:%s;", edit->name, edit->value);
			break;
		case EDIT_INSERT:
			buf_printf(out, "+%s:%s;", edit->name, edit->value);
			break;
		}
	}
}

static void
reply_print(const struct actions *actions, struct buf *out)
{
	if (actions->code != NULL)
		buf_printf(out, "%s %s %s", actions->code,
		    actions->enhanced == NULL ? "-" : actions->enhanced, actions->text);
}

/* A session with a message that has two copies of X-Spam-Flag, and fields of authentication. */
static struct session *
session_with_message(struct memory *memory, const char *settings)
{
	struct session *session = session_new(memory);

	session_begin(session, generation_fixture(settings), SLICE("<>"));
	session_header(session, SLICE("X-Spam-Flag"), SLICE(" NO"), true);
	session_header(session, SLICE("Subject"), SLICE(" x"), true);
	session_header(session, SLICE("X-SPAM-FLAG"), SLICE(" NO"), true);
	session_header(session, SLICE("Authentication-Results"), SLICE(" a; none"), true);
	session_header(session, SLICE("Authentication-Results"), SLICE(" b; none"), true);
	session_header(session, SLICE("Authentication-Results"), SLICE(" A; spf=pass"), true);
	return session;
}

static void
test_table(void **state)
{
	struct memory *memory = memory_new((size_t)1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct session *session = session_with_message(memory, cases[i].settings);
		struct arena *arena = arena_new((size_t)1 << 20);
		struct buf edits = { 0 }, reply = { 0 };
		struct actions actions;

		assert_true(actions_plan(arena, session, &cases[i].verdict, true, &actions));
		edits_print(&actions, &edits);
		reply_print(&actions, &reply);
		if (actions.action != cases[i].want ||
		    strcmp(buf_text(&edits), cases[i].want_edits) != 0 ||
		    strcmp(buf_text(&reply),
			cases[i].want_reply == NULL ? "" : cases[i].want_reply) != 0 ||
		    (actions.quarantine != NULL) != cases[i].want_quarantine)
			fail_msg("%s: got %s, edits \"%s\", reply \"%s\", quarantine %d; want %s, "
				 "\"%s\", \"%s\", %d",
			    cases[i].name, action_name(actions.action), buf_text(&edits),
			    buf_text(&reply), actions.quarantine != NULL,
			    action_name(cases[i].want), cases[i].want_edits,
			    cases[i].want_reply == NULL ? "" : cases[i].want_reply,
			    cases[i].want_quarantine);
		buf_clear(&edits);
		buf_clear(&reply);
		arena_free(&arena);
		session_free(&session);
	}
	memory_free(&memory);
}

/* Without the leading space negotiated the MTA puts its own. */
static void
test_no_leading_space(void **state)
{
	const struct verdict verdict = { .action = ACTION_TAG, .fields = added, .field_count = 1 };
	struct memory *memory = memory_new((size_t)1 << 20);
	struct session *session = session_with_message(memory, "");
	struct arena *arena = arena_new((size_t)1 << 20);
	struct actions actions;

	(void)state;
	assert_true(actions_plan(arena, session, &verdict, false, &actions));
	assert_string_equal(actions.edits[actions.edit_count - 1].value, "YES");
	arena_free(&arena);
	session_free(&session);
	memory_free(&memory);
}

/* A reply of any length stays within what libmilter takes, escaped or not. */
static void
test_long_reply(void **state)
{
	static char reply[5000];
	struct verdict verdict = { .action = ACTION_REJECT, .reply = { reply, sizeof(reply) } };
	struct memory *memory = memory_new((size_t)1 << 20);
	struct session *session = session_with_message(memory, "");
	struct arena *arena = arena_new((size_t)1 << 20);
	struct actions actions;

	(void)state;
	memset(reply, '%', sizeof(reply));
	memcpy(reply, "550 5.7.1 ", 10);
	assert_true(actions_plan(arena, session, &verdict, true, &actions));
	assert_int_equal(strlen(actions.text), 2 * ACTIONS_REPLY_MAX);
	assert_true(strlen(actions.text) <= 980);
	arena_free(&arena);
	session_free(&session);
	memory_free(&memory);
}

/* At whatever byte the arena ends, the plan is refused or whole. */
static void
test_arena_ends_anywhere(void **state)
{
	struct memory *memory = memory_new((size_t)1 << 20);
	struct session *session = session_with_message(memory, "");

	(void)state;
	for (size_t cap = 0; cap < 40000; cap += 101) {
		struct arena *arena = arena_new(cap);
		struct actions actions;

		if (actions_plan(arena, session, &cases[2].verdict, true, &actions))
			assert_int_equal(actions.edit_count, 5);
		arena_free(&arena);
	}
	session_free(&session);
	memory_free(&memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_no_leading_space),
		cmocka_unit_test(test_long_reply),
		cmocka_unit_test(test_arena_ends_anywhere),
	};

	return cmocka_run_group_tests_name("actions", tests, NULL, NULL);
}
