/*
 * redis_link.h - one connection to a Redis: commands and replies, with deadlines
 *
 * A link has one or more addresses. redis_link_connect tries them in turn, beginning
 * with the one that was good last, through Sentinel where an address says so. A command is
 * one round trip. A connection that is lost, silent for too long, or says what no Redis
 * says is closed, and the caller connects again when he thinks fit (backoff.h). In a
 * Cluster, MOVED takes the link over to the node that was told, ASK only the one command.
 *
 * What Redis sends is hostile until redis_guard.h has seen it: larger than its
 * limits, and the connection is gone with LINK_OVERSIZED.
 *
 * A link belongs to one thread. It blocks in poll(2) only, and `wake_fd` ends any wait.
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

#include "conf/redis_address.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/link_outcome.h"
#include "shared-sync/redis_reader.h"
#include "shared-sync/redis_reply.h"

/* Nodes that are followed from one command by MOVED and ASK. */
#define REDIS_LINK_HOPS_MAX 5
#define REDIS_LINK_CONNECT_MS 5000

struct redis_options {
	struct redis_login login; /* copied; a user in the address goes before its own */
	unsigned connect_ms; /* for each server: name, connection, login; 0: the default */
	int wake_fd; /* readable: every wait ends with LINK_INTERRUPTED; never read. -1: none */
	const char *ca_file; /* of TLS: whom to trust; NULL: whom the system trusts */
};

struct redis_link;

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

/* "redis://127.0.0.1:6379": where it is, or was last, connected; "" before that. */
const char *redis_link_peer(const struct redis_link *link);

/* Closes the connection, if any. */
void redis_link_close(struct redis_link *link);

/* Begins with the next address the next time: this one is a replica, or answers nobody. */
void redis_link_next_address(struct redis_link *link);

/*
 * Sends one command of up to REDIS_ARGS_MAX arguments and waits up to timeout_ms for its
 * whole reply (of one that blocks: its own time and some more). LINK_OK with *reply_r, which the
 * caller frees, and which is no error reply; else *reply_r is NULL and *err tells (text of
 * Redis's is made printable). On a link that is not connected: LINK_LOST. The timeout is for all
 * nodes together that MOVED and ASK name.
 */
enum link_outcome redis_link_command(struct redis_link *link, const struct slice *args,
    size_t count, unsigned timeout_ms, struct redis_reply **reply_r, struct err *err);

/*
 * The same, but stays with the node that it is connected to: MOVED is LINK_REDIRECTED. For a
 * command that is right only where an earlier one was answered. ASK is followed, as what it
 * leads to is what was here.
 */
enum link_outcome redis_link_command_here(struct redis_link *link, const struct slice *args,
    size_t count, unsigned timeout_ms, struct redis_reply **reply_r, struct err *err);

/* How many connections it has had: while this stays, it is still the same one. */
uint64_t redis_link_connections(const struct redis_link *link);

/*
 * The text of the last error reply ("ERR The ID specified in XADD is equal or smaller ..."),
 * as Redis sent it: not to be printed. Good until the next command.
 */
struct slice redis_link_error(const struct redis_link *link);

#endif
