/*
 * link_outcome.h - how it went with a Redis, in one word for logs, status and those who decide
 */
#ifndef STEELYARD_SHARED_SYNC_LINK_OUTCOME_H
#define STEELYARD_SHARED_SYNC_LINK_OUTCOME_H

#include <stdbool.h>

#include "engine/util/slice.h"

/* LINK(id, "word"); up to and with OTHER_ERROR Redis has spoken, and the link stays connected. */
#define LINK_OUTCOME_TABLE(X)                                                            \
	X(OK, "ok")                                                                      \
	X(READONLY, "readonly") /* a replica was asked to write */                       \
	X(LOADING, "loading") /* it reads its data in, or is busy: later */              \
	X(MASTERDOWN, "masterdown") /* a replica without its master */                   \
	X(CLUSTERDOWN, "clusterdown") /* nobody serves the slot, or it is on the move */ \
	X(NOAUTH, "noauth") /* it wants a password, and we gave none */                  \
	X(WRONGPASS, "wrongpass") /* user or password are wrong */                       \
	X(NOPERM, "noperm") /* the user may not do this */                               \
	X(OTHER_ERROR, "error") /* any other error: redis_link_error has its text */     \
	X(LOST, "lost") /* refused, reset, closed, unreachable, no such name */          \
	X(TIMEOUT, "timeout")                                                            \
	X(INTERRUPTED, "interrupted") /* by the descriptor that wakes */                 \
	X(OVERSIZED, "oversized") /* past the guard's limits */                          \
	X(PROTOCOL, "protocol") /* not what a Redis says */                              \
	X(REDIRECTED, "redirected") /* MOVED and ASK without an end */                   \
	X(NO_MASTER, "no-master") /* Sentinel knows none, or what it names is none */    \
	X(TLS, "tls") /* handshake or certificate */

enum link_outcome {
#define LINK_OUTCOME_ENUM(id, word) LINK_##id,
	LINK_OUTCOME_TABLE(LINK_OUTCOME_ENUM)
#undef LINK_OUTCOME_ENUM
};

/* "timeout" */
const char *link_outcome_word(enum link_outcome outcome);

/* What an error reply means, by its first word. */
enum link_outcome link_outcome_of_error(struct slice text);

/* Whether the connection is still good after it. */
bool link_outcome_connected(enum link_outcome outcome);

#endif
