/*
 * guard.h - what the rules of a channel hit here, and which of them only count
 *
 * A rule in shadow is matched and counted, and does not score. It is in shadow while it is new
 * (if the channel has such a time), when it hits good mail of too many domains, when its pattern
 * reaches its limit too often, or when the postmaster says so. A domain's good mail counts once
 * a day, so that nobody mutes a rule by sending himself mail that carries its words; the
 * rest of that day's counts nowhere.
 *
 * Plain data under its caller's lock; the time is handed in, seconds since 1970.
 */
#ifndef STEELYARD_SHARED_SYNC_GUARD_H
#define STEELYARD_SHARED_SYNC_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/fold.h"

#define GUARD_EXAMPLES 3
#define GUARD_QUEUE_ID_MAX 32
/* So many limits reached in so many seconds put a rule in shadow. */
#define GUARD_LIMITS 3
#define GUARD_LIMITS_S 3600

/* GUARD_STATE(id, "word"); all but LIVE are shadow. */
#define GUARD_STATE_TABLE(X)                                  \
	X(LIVE, "live")                                       \
	X(NEW, "new") /* its time in shadow is not over */    \
	X(GOOD_MAIL, "good-mail") /* it hits good mail */     \
	X(LIMIT, "limit") /* its pattern reached its limit */ \
	X(MUTED, "muted") /* the postmaster's word */

enum guard_state {
#define GUARD_STATE_ENUM(id, word) GUARD_##id,
	GUARD_STATE_TABLE(GUARD_STATE_ENUM)
#undef GUARD_STATE_ENUM
};

const char *guard_state_word(enum guard_state state);

/* The postmaster's own decision; a mute is of the name and outlives the rule. */
enum guard_decision {
	GUARD_UNDECIDED,
	GUARD_PROMOTE, /* this version scores, whatever the guard thinks */
	GUARD_MUTE,
};

/* What a channel's guard is told by its settings. */
struct guard_limits {
	int64_t shadow_s; /* how long a new rule is in shadow */
	unsigned domains; /* of good mail */
	int64_t share; /* of its hits, in millionths */
};

/* What is known of a rule. */
struct guard_rule {
	struct slice name;
	uint64_t version; /* fold_rule.put_seq; 0: it is not there, but decided about */
	int64_t since; /* when this version came */
	enum guard_decision decision;
	enum guard_state fallen; /* LIVE, GOOD_MAIL or LIMIT */
	uint64_t hits; /* messages */
	uint64_t good; /* of good mail, a domain once a day */
	uint64_t repeated; /* good mail of a domain that had its count that day */
	int64_t last_hit; /* 0: never */
	char examples[GUARD_EXAMPLES][GUARD_QUEUE_ID_MAX + 1]; /* of good mail; "" where none */
};

struct guard;

struct guard *guard_new(const struct guard_limits *limits);
void guard_free(struct guard **guard);

/* Knows the fold's rules from now on: new ones and new versions begin anew, others go. */
void guard_follow(struct guard *guard, const struct fold *fold, int64_t now);

/* A message that a rule hit. */
struct guard_mail {
	bool good;
	struct slice domain; /* of good mail: whose */
	struct slice queue_id; /* absent: none */
	int64_t now;
};

/* Counts a hit; true when the rule falls to shadow by it. Unknown names are passed over. */
bool guard_hit(struct guard *guard, struct slice name, const struct guard_mail *mail);

/* Counts a limit that its pattern reached; likewise. */
bool guard_limit(struct guard *guard, struct slice name, int64_t now);

/* What the rule is now; LIVE if it is not known. */
enum guard_state guard_state(const struct guard *guard, struct slice name, int64_t now);

/* When the next rule's time in shadow is over; INT64_MAX: none waits. */
int64_t guard_next(const struct guard *guard, int64_t now);

/* The postmaster decides; false: the channel has no such rule. PROMOTE lifts what the guard did. */
bool guard_decide(struct guard *guard, struct slice name, enum guard_decision decision);

/* NULL: not known. Good until the guard changes. */
const struct guard_rule *guard_find(const struct guard *guard, struct slice name);

/* All of it as lines of text, and back; lines that cannot be read are passed over. */
void guard_write(const struct guard *guard, struct buf *out);
void guard_read(struct guard *guard, struct slice text);

#endif
