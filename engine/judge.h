/*
 * judge.h - from hits to a verdict: sum, thresholds, action, texts
 */
#ifndef STEELYARD_ENGINE_JUDGE_H
#define STEELYARD_ENGINE_JUDGE_H

#include <stdbool.h>

#include "engine/envelope.h"
#include "engine/mime/message.h"
#include "engine/policy.h"
#include "engine/rules/views.h"
#include "engine/util/arena.h"
#include "engine/verdict.h"

/* Who sends, as the configuration tells senders apart. */
enum sender {
	SENDER_ANY,
	SENDER_AUTHENTICATED,
	SENDER_LOCAL,
};

/* Authenticated counts before local; an unknown envelope is anybody. */
enum sender judge_sender(const struct envelope *envelope, const struct policy *policy);

/* Whether mail of that sender is not scanned at all. */
bool judge_skips(enum sender sender, const struct policy *policy);

/* What a judgement reads besides the verdict's hits, notes and flags. */
struct judge_source {
	const struct envelope *envelope;
	const struct policy *policy;
	enum sender sender;
	bool trusted_client; /* the client is one of our own relays */
	struct slice subject; /* the Subject as it came, blanks trimmed; absent: none */
	int64_t score; /* the sum, not rounded */
	const struct message *message; /* NULL: it could not be read */
	struct views *views; /* NULL likewise */
	bool report; /* verdict->report is wanted */
};

/* Fills score, required, spam, action and the texts of *verdict; at the cap texts stay absent. */
void judge(struct arena *arena, const struct judge_source *source, struct verdict *verdict);

/* The name that our Authentication-Results field bears: the policy's, the MTA's, or this host's. */
struct slice judge_authserv_id(const struct policy *policy, const struct envelope *envelope);

#endif
