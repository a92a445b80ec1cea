/*
 * redis_reply.h - what a Redis answered, as a tree
 */
#ifndef STEELYARD_SHARED_SYNC_REDIS_REPLY_H
#define STEELYARD_SHARED_SYNC_REDIS_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "engine/util/slice.h"

enum redis_kind {
	REDIS_KIND_NIL,
	REDIS_KIND_TEXT, /* a bulk string or a status */
	REDIS_KIND_INTEGER,
	REDIS_KIND_ARRAY,
	REDIS_KIND_ERROR,
};

struct redis_value {
	enum redis_kind kind;
	struct slice text; /* of TEXT and ERROR: any bytes; a NUL follows that does not count */
	int64_t integer;
	const struct redis_value *items; /* of an ARRAY */
	size_t count;
};

struct redis_reply;

/* The reply's tree; good until the reply is freed. Never NULL. */
const struct redis_value *redis_reply_value(const struct redis_reply *reply);

/* Frees a reply and nulls *reply; NULL inside is fine. */
void redis_reply_free(struct redis_reply **reply);

/* A reply of `count` (at least 1) values, zeroed, the first its root. `raw` is freed with it. */
struct redis_reply *redis_reply_new(size_t count, void *raw, void (*free_raw)(void *raw));

/* The next n of its values, which are there. */
struct redis_value *redis_reply_take(struct redis_reply *reply, size_t n);

#endif
