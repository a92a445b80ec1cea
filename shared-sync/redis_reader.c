/*
 * redis_reader.c - commands and replies as bytes: hiredis behind the guard
 *
 * The guard ends a reply at the first header that promises too much, before hiredis has
 * allocated anything for it. A reader lives for one reply: what a large one made it
 * allocate goes with it.
 */
#include "config.h"

#include "shared-sync/redis_reader.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>

#include "shared-sync/redis_guard.h"

struct redis_reader {
	struct redis_guard guard;
	redisReader *hiredis;
};

void
redis_command_write(const struct slice *args, size_t count, struct buf *out)
{
	const char *texts[REDIS_ARGS_MAX];
	size_t sizes[REDIS_ARGS_MAX];
	char *bytes = NULL;
	long long n;

	assert(count > 0 && count <= REDIS_ARGS_MAX);
	for (size_t i = 0; i < count; i++) {
		texts[i] = args[i].p != NULL ? args[i].p : "";
		sizes[i] = args[i].n;
	}
	n = redisFormatCommandArgv(&bytes, (int)count, texts, sizes);
	if (n < 0 || bytes == NULL)
		abort();
	buf_add(out, (struct slice){ bytes, (size_t)n });
	redisFreeCommand(bytes);
}

struct redis_reader *
redis_reader_new(void)
{
	struct redis_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL || (reader->hiredis = redisReaderCreate()) == NULL)
		abort();
	return reader;
}

void
redis_reader_free(struct redis_reader **reader)
{
	if (*reader == NULL)
		return;
	redisReaderFree((*reader)->hiredis);
	free(*reader);
	*reader = NULL;
}

static size_t
count_values(const redisReply *raw)
{
	size_t count = 1;

	if (raw->type == REDIS_REPLY_ARRAY)
		for (size_t i = 0; i < raw->elements; i++)
			count += count_values(raw->element[i]);
	return count;
}

/* As deep as the guard lets arrays nest. */
static void
copy_value(const redisReply *raw, struct redis_reply *reply, struct redis_value *value)
{
	struct redis_value *items;

	switch (raw->type) {
	case REDIS_REPLY_STRING:
	case REDIS_REPLY_STATUS:
	case REDIS_REPLY_ERROR:
		value->kind = raw->type == REDIS_REPLY_ERROR ? REDIS_KIND_ERROR : REDIS_KIND_TEXT;
		value->text = (struct slice){ raw->str, raw->len };
		break;
	case REDIS_REPLY_INTEGER:
		value->kind = REDIS_KIND_INTEGER;
		value->integer = raw->integer;
		break;
	case REDIS_REPLY_ARRAY:
		value->kind = REDIS_KIND_ARRAY;
		items = redis_reply_take(reply, raw->elements);
		for (size_t i = 0; i < raw->elements; i++)
			copy_value(raw->element[i], reply, &items[i]);
		value->items = items;
		value->count = raw->elements;
		break;
	default:
		value->kind = REDIS_KIND_NIL;
	}
}

static enum link_outcome
failed(enum link_outcome outcome, struct err *err, const char *text)
{
	err_set(err, "%s", text);
	return outcome;
}

/* hiredis's own reply; NULL while there is none. */
static enum link_outcome
reader_parse(struct redis_reader *reader, struct slice bytes, void **raw_r, struct err *err)
{
	redisReader *hiredis = reader->hiredis;

	*raw_r = NULL;
	if (redisReaderFeed(hiredis, bytes.p, bytes.n) == REDIS_OK &&
	    redisReaderGetReply(hiredis, raw_r) == REDIS_OK)
		return LINK_OK;
	return failed(LINK_PROTOCOL, err, hiredis->errstr);
}

enum link_outcome
redis_reader_feed(
    struct redis_reader *reader, struct slice bytes, struct redis_reply **reply_r, struct err *err)
{
	size_t used;
	void *raw;
	enum redis_guard_verdict verdict = redis_guard_scan(&reader->guard, bytes, &used);
	enum link_outcome outcome;

	*reply_r = NULL;
	if (verdict == REDIS_GUARD_OVERSIZED)
		return failed(LINK_OVERSIZED, err, reader->guard.why);
	if (verdict == REDIS_GUARD_BROKEN)
		return failed(LINK_PROTOCOL, err, reader->guard.why);
	if (used < bytes.n)
		return failed(LINK_PROTOCOL, err, "more than one reply to one command");
	outcome = reader_parse(reader, bytes, &raw, err);
	if (outcome != LINK_OK)
		return outcome;
	if (raw != NULL) {
		*reply_r = redis_reply_new(count_values(raw), raw, freeReplyObject);
		copy_value(raw, *reply_r, redis_reply_take(*reply_r, 1));
	}
	/* Both must see its end at the same byte. */
	if ((verdict == REDIS_GUARD_WHOLE) == (raw != NULL))
		return LINK_OK;
	redis_reply_free(reply_r);
	return failed(LINK_PROTOCOL, err, "a reply whose end is not clear");
}
