/*
 * actions.h - a verdict -> what is asked of the MTA
 *
 * Policy of the shell in one place, as plain data: which copies of our fields
 * go, which come, and with what the message is answered. callbacks.c carries
 * it out.
 */
#ifndef STEELYARD_MILTER_ACTIONS_H
#define STEELYARD_MILTER_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/action.h"
#include "engine/util/arena.h"
#include "engine/verdict.h"
#include "milter/session.h"

/* libmilter drops a reply whose text is longer than 980 bytes; escaped ones grow. */
#define ACTIONS_REPLY_MAX 480
/* Postfix and Sendmail take fields of 60 KB; a report may be long, but not that long. */
#define ACTIONS_VALUE_MAX ((size_t)32 * 1024)

enum edit_kind {
	EDIT_REMOVE, /* the index-th field of that name, from 1 */
	EDIT_REPLACE, /* the index-th field of that name, or adds one */
	EDIT_APPEND, /* at the header's end */
	EDIT_INSERT, /* just behind the field that the MTA puts on top */
};

struct edit {
	enum edit_kind kind;
	const char *name;
	unsigned index;
	const char *value; /* with the leading space that the peer was promised */
};

/* What is done with one message. All lives in the arena given to actions_plan. */
struct actions {
	enum action action; /* after on_incomplete */
	const struct edit *edits; /* to be made in this order */
	size_t edit_count;
	const char *quarantine; /* reason; NULL: no quarantine is asked for */
	const char *code; /* SMTP reply of reject and tempfail; NULL: the MTA's own */
	const char *enhanced; /* NULL: none */
	const char *text; /* with % doubled, as libmilter wants it */
};

/*
 * Plans what the verdict comes to for the message of `session`. Without
 * `leading_space` the MTA puts the space behind the colon itself. Returns
 * false at the arena's cap.
 */
bool actions_plan(struct arena *arena, const struct session *session, const struct verdict *verdict,
    bool leading_space, struct actions *actions_r);

/*
 * Plans the refusal of a command before the message comes, whose verdict is to reject it. Returns
 * false at the arena's cap.
 */
bool
actions_plan_refusal(struct arena *arena, const struct verdict *verdict, struct actions *actions_r);

/*
 * Plans for a message that passes without a verdict: copies of our fields go, none come. False:
 * it must not pass, for not all of them can go.
 */
bool actions_plan_unjudged(
    struct arena *arena, const struct session *session, struct actions *actions_r);

#endif
