/*
 * redis_wire.c - one connection to one Redis server: a command out, a reply in
 *
 * Bytes go socket -> TLS if any -> guard -> hiredis's reader, in pieces of CHUNK bytes, so
 * that the first header that promises too much ends the connection before anything was allocated
 * for it. The reader lives for one reply: what a large one made it allocate goes with it.
 * A server that speaks without being asked is broken: we never subscribe.
 */
#include "config.h"

#include "shared-sync/redis_wire.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/util/buf.h"
#include "shared-sync/redis_guard.h"
#include "shared-sync/redis_socket.h"
#include "shared-sync/redis_tls.h"

#define CHUNK 16384

struct redis_wire {
	int fd;
	struct redis_tls *tls; /* NULL: none */
};

static enum link_outcome
failed(enum link_outcome outcome, struct err *err, const char *text)
{
	err_set(err, "%s", text);
	return outcome;
}

/* Sends what TLS has to send. */
static enum link_outcome
wire_flush(struct redis_wire *wire, const struct link_wait *wait, struct err *err)
{
	struct buf out = { 0 };
	enum link_outcome outcome;

	redis_tls_output(wire->tls, &out);
	outcome = redis_socket_send(wire->fd, buf_slice(&out), wait, err);
	buf_clear(&out);
	return outcome;
}

/* Gives TLS some bytes of the peer. */
static enum link_outcome
wire_fill(struct redis_wire *wire, const struct link_wait *wait, struct err *err)
{
	char chunk[CHUNK];
	size_t n;
	enum link_outcome outcome = redis_socket_receive(
	    wire->fd, chunk, sizeof(chunk), wait, &n, err);

	if (outcome == LINK_OK)
		redis_tls_input(wire->tls, (struct slice){ chunk, n });
	return outcome;
}

static enum link_outcome
wire_handshake(struct redis_wire *wire, const struct link_wait *wait, struct err *err)
{
	for (;;) {
		struct err unsent;
		int state = redis_tls_handshake(wire->tls, err);
		/* Also after a failure: the peer is told why. */
		enum link_outcome outcome = wire_flush(wire, wait, state < 0 ? &unsent : err);

		if (state < 0)
			return LINK_TLS;
		if (outcome != LINK_OK || state == 1)
			return outcome;
		outcome = wire_fill(wire, wait, err);
		if (outcome != LINK_OK)
			return outcome;
	}
}

enum link_outcome
redis_wire_open(const struct redis_place *place, const struct link_wait *wait,
    struct redis_wire **wire_r, struct err *err)
{
	struct redis_wire *wire = calloc(1, sizeof(*wire));
	enum link_outcome outcome;

	*wire_r = NULL;
	if (wire == NULL)
		abort();
	outcome = place->path != NULL ? redis_socket_unix(place->path, wait, &wire->fd, err)
				      : redis_socket_tcp(&place->host, wait, &wire->fd, err);
	if (outcome == LINK_OK && place->tls) {
		wire->tls = redis_tls_new(place->host.name, place->ca_file, err);
		outcome = wire->tls == NULL ? LINK_TLS : wire_handshake(wire, wait, err);
	}
	if (outcome != LINK_OK)
		redis_wire_close(&wire);
	*wire_r = wire;
	return outcome;
}

void
redis_wire_close(struct redis_wire **wire)
{
	if (*wire == NULL)
		return;
	redis_tls_free(&(*wire)->tls);
	if ((*wire)->fd >= 0)
		close((*wire)->fd);
	free(*wire);
	*wire = NULL;
}

static enum link_outcome
wire_send(
    struct redis_wire *wire, struct slice bytes, const struct link_wait *wait, struct err *err)
{
	enum link_outcome outcome = LINK_OK;

	if (wire->tls == NULL)
		return redis_socket_send(wire->fd, bytes, wait, err);
	for (size_t at = 0; at < bytes.n && outcome == LINK_OK; at += CHUNK) {
		if (!redis_tls_write(wire->tls, slice_cut(bytes, at, at + CHUNK), err))
			return LINK_TLS;
		outcome = wire_flush(wire, wait, err);
	}
	return outcome;
}

static enum link_outcome
wire_receive(struct redis_wire *wire, char *p, size_t room, const struct link_wait *wait,
    size_t *n_r, struct err *err)
{
	enum link_outcome outcome = LINK_OK;

	if (wire->tls == NULL)
		return redis_socket_receive(wire->fd, p, room, wait, n_r, err);
	while (outcome == LINK_OK) {
		int state = redis_tls_read(wire->tls, p, room, n_r, err);

		if (state != 0)
			return state == 1 ? LINK_OK : LINK_LOST;
		outcome = wire_fill(wire, wait, err);
	}
	return outcome;
}

/* The command as it is sent. */
static enum link_outcome
wire_send_command(struct redis_wire *wire, const struct slice *args, size_t count,
    const struct link_wait *wait, struct err *err)
{
	const char *texts[REDIS_ARGS_MAX];
	size_t sizes[REDIS_ARGS_MAX];
	enum link_outcome outcome;
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
	outcome = wire_send(wire, (struct slice){ bytes, (size_t)n }, wait, err);
	redisFreeCommand(bytes);
	return outcome;
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

/* Feeds the reader with what the guard lets through. LINK_OK: *verdict_r tells if all is there. */
static enum link_outcome
reader_feed(redisReader *reader, struct redis_guard *guard, struct slice bytes,
    enum redis_guard_verdict *verdict_r, void **raw_r, struct err *err)
{
	size_t used;

	*verdict_r = redis_guard_scan(guard, bytes, &used);
	if (*verdict_r == REDIS_GUARD_OVERSIZED)
		return failed(LINK_OVERSIZED, err, guard->why);
	if (*verdict_r == REDIS_GUARD_BROKEN)
		return failed(LINK_PROTOCOL, err, guard->why);
	if (*verdict_r == REDIS_GUARD_WHOLE && used < bytes.n)
		return failed(LINK_PROTOCOL, err, "more than one reply to one command");
	if (redisReaderFeed(reader, bytes.p, used) != REDIS_OK ||
	    redisReaderGetReply(reader, raw_r) != REDIS_OK)
		return failed(LINK_PROTOCOL, err, reader->errstr);
	if ((*verdict_r == REDIS_GUARD_WHOLE) != (*raw_r != NULL))
		return failed(LINK_PROTOCOL, err, "a reply whose end is not clear");
	return LINK_OK;
}

static enum link_outcome
wire_receive_reply(
    struct redis_wire *wire, const struct link_wait *wait, void **raw_r, struct err *err)
{
	redisReader *reader = redisReaderCreate();
	struct redis_guard guard = { .values = 0 };
	enum redis_guard_verdict verdict = REDIS_GUARD_MORE;
	enum link_outcome outcome = LINK_OK;
	char chunk[CHUNK];
	size_t n;

	*raw_r = NULL;
	if (reader == NULL)
		abort();
	while (outcome == LINK_OK && verdict == REDIS_GUARD_MORE) {
		outcome = wire_receive(wire, chunk, sizeof(chunk), wait, &n, err);
		if (outcome == LINK_OK)
			outcome = reader_feed(
			    reader, &guard, (struct slice){ chunk, n }, &verdict, raw_r, err);
	}
	redisReaderFree(reader);
	if (outcome != LINK_OK && *raw_r != NULL)
		freeReplyObject(*raw_r);
	return outcome;
}

enum link_outcome
redis_wire_exchange(struct redis_wire *wire, const struct slice *args, size_t count,
    const struct link_wait *wait, struct redis_reply **reply_r, struct err *err)
{
	enum link_outcome outcome = wire_send_command(wire, args, count, wait, err);
	void *raw;

	*reply_r = NULL;
	if (outcome == LINK_OK)
		outcome = wire_receive_reply(wire, wait, &raw, err);
	if (outcome != LINK_OK)
		return outcome;
	*reply_r = redis_reply_new(count_values(raw), raw, freeReplyObject);
	copy_value(raw, *reply_r, redis_reply_take(*reply_r, 1));
	return LINK_OK;
}
