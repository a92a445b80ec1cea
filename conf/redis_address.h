/*
 * redis_address.h - where a Redis is: an address as people write it, taken apart
 *
 *	redis://[USER@]HOST[:PORT][/DB]
 *	rediss://[USER@]HOST[:PORT][/DB]	over TLS
 *	unix://[USER@]/PATH			a socket of this machine
 *	sentinel://[USER@]HOST[:PORT],HOST[:PORT].../MASTER
 *
 * HOST is a name, an IPv4 address, or an IPv6 address in brackets; ports default to
 * Redis's 6379 and Sentinel's 26379. Behind Sentinel, USER is for the master. A password never
 * stands in an address, since addresses are logged: it has a file of its own.
 */
#ifndef STEELYARD_CONF_REDIS_ADDRESS_H
#define STEELYARD_CONF_REDIS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

#define REDIS_HOST_MAX 253 /* RFC 1035, 2.3.4 */
#define REDIS_PATH_MAX 107 /* of a unix socket: sun_path without its NUL */
#define REDIS_USER_MAX 128
#define REDIS_MASTER_MAX 128
#define REDIS_SENTINELS_MAX 16
#define REDIS_PASSWORD_MAX 1024
#define REDIS_PORT 6379
#define REDIS_SENTINEL_PORT 26379
/* Redis has 16 unless told otherwise; a Cluster has 0 only. */
#define REDIS_DB_MAX 9999

enum redis_scheme {
	REDIS_SCHEME_TCP,
	REDIS_SCHEME_TLS,
	REDIS_SCHEME_UNIX,
	REDIS_SCHEME_SENTINEL,
};

struct redis_host {
	char name[REDIS_HOST_MAX + 1]; /* IPv6 without its brackets */
	unsigned port;
};

struct redis_address {
	enum redis_scheme scheme;
	char user[REDIS_USER_MAX + 1]; /* "": the default user */
	struct redis_host hosts[REDIS_SENTINELS_MAX]; /* UNIX: none; else one, or the sentinels */
	size_t host_count;
	char path[REDIS_PATH_MAX + 1]; /* of a UNIX one */
	char master[REDIS_MASTER_MAX + 1]; /* of a SENTINEL one */
	unsigned db;
};

/*
 * Takes `text` apart. Returns false with *err, which never quotes what stands before
 * an '@'. rediss:// in a build without TLS is refused here.
 */
bool redis_address_parse(struct slice text, struct redis_address *address_r, struct err *err);

/* "HOST:PORT", a port always there, as Redis itself names nodes: IPv6 with or without brackets. */
bool redis_host_parse(struct slice text, struct redis_host *host_r);

/* Appends the address as it would be written, for logs and status. */
void redis_address_format(const struct redis_address *address, struct buf *out);

/* Appends "redis://HOST:PORT", or "rediss://HOST:PORT". */
void redis_host_format(const struct redis_host *host, bool tls, struct buf *out);

/* Who we are for a Redis. Empty: not said. */
struct redis_login {
	struct slice user, password;
};

/*
 * Reads "PASSWORD", or "USER PASSWORD", from the first line of a file of mode 0600 into
 * the arena. Returns 1, 0 or -1 as secret_file_read does.
 */
int redis_login_read(
    struct arena *arena, const char *path, struct redis_login *login_r, struct err *err);

#endif
