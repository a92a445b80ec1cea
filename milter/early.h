/*
 * early.h - what can be done before a message comes: refuse it, or ask ahead
 *
 * A setting names the commands of SMTP that may be refused. Whatever comes of
 * that, what rules will ask the DNS about the client and the envelope is asked
 * while the client still sends the message.
 */
#ifndef STEELYARD_MILTER_EARLY_H
#define STEELYARD_MILTER_EARLY_H

#include <stdbool.h>

#include "engine/envelope.h"
#include "milter/actions.h"
#include "milter/live.h"
#include "milter/message_scan.h"
#include "milter/metrics.h"
#include "milter/session.h"

/* One command, with all that the session has been told up to it. */
struct early {
	struct scanner *scanner;
	struct metrics *metrics;
	struct session *session;
	const struct generation *generation; /* the message's, or the one in force */
	enum envelope_part command; /* what it tells */
	struct slice rcpt; /* of ENVELOPE_RCPT, with or without <> */
};

/*
 * Whether the command is to be refused, by the setting and what is certain of
 * the score: then it is counted and logged, and *actions_r, in the arena, has
 * the answer. Waits for the DNS, but not longer than an MTA does.
 */
bool early_refuses(const struct early *early, struct arena *arena, struct actions *actions_r);

/* Asks ahead of the message whose sender is known now. Waits for nothing. */
void early_ask(const struct early *early);

#endif
