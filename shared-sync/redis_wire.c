/*
 * redis_wire.c - one connection to one Redis server: a command out, a reply in
 *
 * Bytes go socket -> TLS if any -> reader in pieces of CHUNK bytes, so that the first header
 * that promises too much ends the connection. A server that speaks without being asked
 * is broken: we never subscribe.
 */
#include "config.h"

#include "shared-sync/redis_wire.h"

#include <stdlib.h>
#include <unistd.h>

#include "engine/util/buf.h"
#include "shared-sync/redis_reader.h"
#include "shared-sync/redis_socket.h"
#include "shared-sync/redis_tls.h"

#define CHUNK 16384

struct redis_wire {
	int fd;
	struct redis_tls *tls; /* NULL: none */
};

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

static enum link_outcome
wire_send_command(struct redis_wire *wire, const struct slice *args, size_t count,
    const struct link_wait *wait, struct err *err)
{
	struct buf bytes = { 0 };
	enum link_outcome outcome;

	redis_command_write(args, count, &bytes);
	outcome = wire_send(wire, buf_slice(&bytes), wait, err);
	buf_clear(&bytes);
	return outcome;
}

enum link_outcome
redis_wire_exchange(struct redis_wire *wire, const struct slice *args, size_t count,
    const struct link_wait *wait, struct redis_reply **reply_r, struct err *err)
{
	enum link_outcome outcome = wire_send_command(wire, args, count, wait, err);
	struct link_wait reading = *wait;
	struct redis_reader *reader;
	char chunk[CHUNK];
	size_t n, all = 0;

	*reply_r = NULL;
	if (outcome != LINK_OK)
		return outcome;
	reader = redis_reader_new();
	while (outcome == LINK_OK && *reply_r == NULL) {
		outcome = wire_receive(wire, chunk, sizeof(chunk), &reading, &n, err);
		if (outcome != LINK_OK)
			break;
		all += n;
		reading.deadline_ms = wait->deadline_ms + (int64_t)(all / REDIS_WIRE_PACE);
		outcome = redis_reader_feed(reader, (struct slice){ chunk, n }, reply_r, err);
	}
	redis_reader_free(&reader);
	return outcome;
}
