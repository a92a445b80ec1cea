/*
 * redis_address.h - where a Redis is: an address as people write it, taken apart
 *
 *	redis://[USER@]HOST[:PORT][/DB]		a host's name, IPv4, or IPv6 in brackets; port 6379
 *	rediss://...				the same over TLS
 *	unix://[USER@]/PATH			a socket of this machine
 *	sentinel://[USER@]HOST[:PORT],HOST[:PORT].../MASTER	port 26379; USER is for the master
 *
 * A password never stands in an address: addresses are logged. It has a file of its own.
 */
#ifndef STEELYARD_SHARED_SYNC_REDIS_ADDRESS_H
#define STEELYARD_SHARED_SYNC_REDIS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

#define REDIS_HOST_MAX 253 /* RFC 1035, 2.3.4 */
#define REDIS_PATH_MAX 107 /* of a unix socket: sun_path and its NUL */
#define REDIS_USER_MAX 128
#define REDIS_MASTER_MAX 128
#define REDIS_SENTINELS_MAX 16
#define REDIS_PASSWORD_MAX 1024

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
	struct redis_host
	    hosts[REDIS_SENTINELS_MAX]; /* of a UNIX one: none; else 1, or the sentinels */
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

/* Appends the address as it would be written, for logs and status. */
void redis_address_format(const struct redis_address *address, struct buf *out);

/* Whether rediss:// works in this build. */
bool redis_address_tls(void);

/* Who we are for a Redis. Absent or empty: not said. */
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
