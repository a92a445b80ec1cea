/*
 * redis_link.h - one connection to a Redis: commands and replies, with deadlines
 *
 * A link has one or more addresses. redis_link_connect tries them in turn, beginning
 * with the one that was good last, through Sentinel where an address says so. A command is
 * one round trip. When the connection is lost, silent for too long, or says what a
 * Redis does not say, it is closed, and the caller connects again when he thinks fit (backoff.h). In a
 * Cluster, MOVED takes the link over to the node that was told, ASK only the one command.
 *
 * What Redis sends is hostile until redis_guard.h has seen it: larger than its
 * limits, and the connection is gone with LINK_OVERSIZED.
 *
 * A link belongs to one thread. It blocks in poll(2) only; `wake_fd` ends any wait.
 *
 * SYNOPSIS
 *	struct redis_link *link = redis_link_new(addresses, count, &options);
 *	const struct slice get[] = { SLICE("GET"), slice_of(keys.head) };
 *	struct redis_reply *reply;
 *
 *	if (redis_link_connect(link, &err) == LINK_OK &&
 *	    redis_link_command(link, get, 2, 5000, &reply, &err) == LINK_OK) {
 *		use(redis_reply_value(reply)->text);
 *		redis_reply_free(&reply);
 *	}
 *	redis_link_free(&link);
 */
#ifndef STEELYARD_SHARED_SYNC_REDIS_LINK_H
#define STEELYARD_SHARED_SYNC_REDIS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/redis_address.h"

/* LINK(id, "word"); those up to and with OTHER_ERROR leave the link connected. */
#define LINK_OUTCOME_TABLE(X)                                                            \
	X(OK, "ok")                                                                      \
	X(READONLY, "readonly") /* a replica was asked to write */                       \
	X(LOADING, "loading") /* it reads its data in, or is busy: later */              \
	X(MASTERDOWN, "masterdown") /* a replica without its master */                   \
	X(CLUSTERDOWN, "clusterdown") /* nobody serves the slot, or it is on the move */ \
	X(NOAUTH, "noauth") /* it wants a password and we gave none */                   \
	X(WRONGPASS, "wrongpass") /* user or password are wrong */                       \
	X(NOPERM, "noperm") /* the user may not do this */                               \
	X(OTHER_ERROR, "error") /* any other error; redis_link_error has its text */     \
	X(LOST, "lost") /* refused, reset, closed, unreachable, no such name */          \
	X(TIMEOUT, "timeout")                                                            \
	X(INTERRUPTED, "interrupted") /* by wake_fd */                                   \
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

/* Nodes that are followed from one command by MOVED and ASK. */
#define REDIS_LINK_HOPS_MAX 5
/* Arguments of a command. */
#define REDIS_LINK_ARGS_MAX 64
#define REDIS_LINK_CONNECT_MS 5000

struct redis_options {
	struct redis_login login; /* copied; its user may also stand in the address */
	unsigned connect_ms; /* for all of one address: name, connection, login; 0: the default */
	int wake_fd; /* readable: every wait ends with LINK_INTERRUPTED; never read. -1: none */
	const char *ca_file; /* of TLS: whom to trust; NULL: whom the system trusts */
};

enum redis_kind {
	REDIS_KIND_NIL,
	REDIS_KIND_TEXT, /* a bulk string or a status */
	REDIS_KIND_INTEGER,
	REDIS_KIND_ARRAY,
	REDIS_KIND_ERROR, /* only inside of arrays */
};

struct redis_value {
	enum redis_kind kind;
	struct slice text; /* of TEXT and ERROR; any bytes; a NUL follows */
	int64_t integer;
	const struct redis_value *items; /* of an ARRAY */
	size_t count;
};

struct redis_link;
struct redis_reply;

/* "timeout" */
const char *link_outcome_word(enum link_outcome outcome);

/* A link that is not connected; addresses (at least one) and options are copied. Never NULL. */
struct redis_link *redis_link_new(
    const struct redis_address *addresses, size_t count, const struct redis_options *options);

/* Closes and frees it and nulls *link; NULL inside is fine. */
void redis_link_free(struct redis_link **link);

/*
 * Connects to the first address that takes us: name, connection, TLS, AUTH, SELECT, and
 * behind Sentinel a ROLE of master. A connected link is closed first. LINK_OK; else the
 * outcome and *err of the last address that was tried.
 */
enum link_outcome redis_link_connect(struct redis_link *link, struct err *err);

bool redis_link_connected(const struct redis_link *link);

/* "redis://127.0.0.1:6379": where it is, or was last, connected. "" before that. */
const char *redis_link_peer(const struct redis_link *link);

/* Closes the connection, if any. */
void redis_link_close(struct redis_link *link);

/* Begins with the next address the next time: for a publisher whom a replica told READONLY. */
void redis_link_next_address(struct redis_link *link);

/*
 * Sends one command and waits up to timeout_ms for its whole reply (of one that blocks:
 * its own time and some more). LINK_OK with *reply_r, which the caller frees; else *err (text
 * of Redis's made printable) and *reply_r NULL. On a link that is not connected: LINK_LOST.
 */
enum link_outcome redis_link_command(struct redis_link *link, const struct slice *args,
    size_t count, unsigned timeout_ms, struct redis_reply **reply_r, struct err *err);

/*
 * The text of the last error reply ("ERR The ID specified in XADD is equal or smaller ..."),
 * as Redis sent it: not to be printed. Good until the next command.
 */
struct slice redis_link_error(const struct redis_link *link);

/* The reply's tree; good until the reply is freed. Never NULL. */
const struct redis_value *redis_reply_value(const struct redis_reply *reply);

/* Frees a reply and nulls *reply; NULL inside is fine. */
void redis_reply_free(struct redis_reply **reply);

#endif
