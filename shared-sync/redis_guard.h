/*
 * redis_guard.h - looks at what a Redis sends before any parser does
 *
 * A scanner of RESP2 that runs along with the bytes, however they are cut: it knows where
 * a reply ends, and stops at the first header that promises more than the limits. It keeps no
 * bytes and allocates nothing.
 *
 *	+text  -text  :integer	a line of up to REDIS_LINE_MAX bytes
 *	$length, then as many bytes; $-1
 *	*count, then as many replies; *-1
 */
#ifndef STEELYARD_SHARED_SYNC_REDIS_GUARD_H
#define STEELYARD_SHARED_SYNC_REDIS_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/slice.h"

/* A snapshot is at most 32 MB. */
#define REDIS_BULK_MAX ((size_t)40 << 20)
#define REDIS_ARRAY_MAX 4096
/* XREAD: streams, a stream and its name, its entries, an entry, its fields. */
#define REDIS_NESTING_MAX 5
#define REDIS_REPLY_MAX ((size_t)64 << 20)
#define REDIS_LINE_MAX 4096
/* Promised values of one reply: each costs a parser a hundred bytes, and Redis four. */
#define REDIS_VALUES_MAX 65536

enum redis_guard_verdict {
	REDIS_GUARD_MORE, /* all is well so far; the reply goes on */
	REDIS_GUARD_WHOLE, /* the reply is complete */
	REDIS_GUARD_OVERSIZED, /* past a limit: `why` */
	REDIS_GUARD_BROKEN, /* not RESP2: `why` */
};

/* Zeroed: at the start of a reply. */
struct redis_guard {
	const char *why; /* which limit, or what is wrong */
	size_t reply_bytes, values; /* so far; values as promised */
	uint64_t left[REDIS_NESTING_MAX]; /* replies that are still to come, for each open array */
	unsigned depth;
	unsigned state;
	char type; /* of the line that is being read */
	bool negative;
	size_t line; /* its bytes so far */
	uint64_t number;
	size_t bulk; /* bytes of a bulk string still to come, with its CRLF */
};

/*
 * Scans up to the end of the reply; *used_r: the bytes that belong to it and are safe for a
 * parser. After WHOLE the next call begins a new reply; after OVERSIZED and BROKEN
 * the guard stays there.
 */
enum redis_guard_verdict
redis_guard_scan(struct redis_guard *guard, struct slice bytes, size_t *used_r);

#endif
