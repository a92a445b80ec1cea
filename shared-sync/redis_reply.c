/*
 * redis_reply.c - what a Redis answered, as a tree
 *
 * Its values lie in one block; its texts in the parser's own reply, which it keeps.
 */
#include "config.h"

#include "shared-sync/redis_reply.h"

#include <assert.h>
#include <stdlib.h>

struct redis_reply {
	void *raw;
	void (*free_raw)(void *raw);
	size_t count, taken;
	struct redis_value values[];
};

struct redis_reply *
redis_reply_new(size_t count, void *raw, void (*free_raw)(void *raw))
{
	struct redis_reply *reply = calloc(1, sizeof(*reply) + count * sizeof(reply->values[0]));

	if (reply == NULL)
		abort();
	assert(count > 0);
	reply->raw = raw;
	reply->free_raw = free_raw;
	reply->count = count;
	return reply;
}

struct redis_value *
redis_reply_take(struct redis_reply *reply, size_t n)
{
	struct redis_value *values = reply->values + reply->taken;

	assert(n <= reply->count - reply->taken);
	reply->taken += n;
	return values;
}

const struct redis_value *
redis_reply_value(const struct redis_reply *reply)
{
	return &reply->values[0];
}

void
redis_reply_free(struct redis_reply **reply)
{
	if (*reply == NULL)
		return;
	if ((*reply)->raw != NULL)
		(*reply)->free_raw((*reply)->raw);
	free(*reply);
	*reply = NULL;
}
