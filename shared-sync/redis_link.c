/*
 * redis_link.c - one connection to a Redis: commands and replies, with deadlines
 *
 * What goes to whom: the wire (redis_wire.h) has socket, guard and hiredis; here is
 * which server is asked, who we say we are, and what errors mean. Sentinel: each is asked by
 * SENTINEL get-master-addr-by-name, and what it names must say by ROLE that it is a
 * master, since a sentinel may be behind (Redis's "Sentinel client spec"). Cluster: the
 * redirections of its "Cluster specification".
 * A node that is told gets our password: whoever owns one node of a Redis owns it.
 */
#include "config.h"

#include "shared-sync/redis_link.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "shared-sync/link_wait.h"
#include "shared-sync/redis_wire.h"

/* As much of an error's text as people need. */
#define ERROR_SHOWN_MAX 300

struct redis_link {
	struct redis_address *addresses;
	size_t count, current;
	struct buf user, password, ca_file; /* ca_file: empty is none */
	unsigned connect_ms;
	int wake_fd;
	struct redis_wire *wire; /* NULL: not connected */
	uint64_t connections; /* so far */
	bool tls; /* of the wire */
	struct buf peer, error;
};

struct redis_link *
redis_link_new(
    const struct redis_address *addresses, size_t count, const struct redis_options *options)
{
	struct redis_link *link = calloc(1, sizeof(*link));

	assert(count > 0);
	if (link == NULL)
		abort();
	link->addresses = calloc(count, sizeof(*addresses));
	if (link->addresses == NULL)
		abort();
	memcpy(link->addresses, addresses, count * sizeof(*addresses));
	link->count = count;
	buf_add(&link->user, options->login.user);
	buf_add(&link->password, options->login.password);
	buf_add(&link->ca_file, slice_of(options->ca_file));
	link->connect_ms = options->connect_ms > 0 ? options->connect_ms : REDIS_LINK_CONNECT_MS;
	link->wake_fd = options->wake_fd;
	return link;
}

void
redis_link_free(struct redis_link **link)
{
	if (*link == NULL)
		return;
	redis_link_close(*link);
	if ((*link)->password.n > 0)
		explicit_bzero((*link)->password.p, (*link)->password.n);
	buf_clear(&(*link)->user);
	buf_clear(&(*link)->password);
	buf_clear(&(*link)->ca_file);
	buf_clear(&(*link)->peer);
	buf_clear(&(*link)->error);
	free((*link)->addresses);
	free(*link);
	*link = NULL;
}

bool
redis_link_connected(const struct redis_link *link)
{
	return link->wire != NULL;
}

const char *
redis_link_peer(const struct redis_link *link)
{
	return link->peer.n > 0 ? link->peer.p : "";
}

void
redis_link_close(struct redis_link *link)
{
	redis_wire_close(&link->wire);
}

void
redis_link_next_address(struct redis_link *link)
{
	link->current = (link->current + 1) % link->count;
}

struct slice
redis_link_error(const struct redis_link *link)
{
	return buf_slice(&link->error);
}

/* The text of an error reply, printable, in *err, and whole in link->error. */
static void
keep_error(struct redis_link *link, struct slice text, struct err *err)
{
	char shown[ERROR_SHOWN_MAX];
	size_t n = text.n < sizeof(shown) ? text.n : sizeof(shown);

	buf_clear(&link->error);
	buf_add(&link->error, text);
	for (size_t i = 0; i < n; i++)
		shown[i] = ascii_is_print(text.p[i]) ? text.p[i] : '?';
	err_set(err, "Redis: %.*s", (int)n, shown);
}

/* One command on one wire: also an error reply is an outcome, and *reply_r then NULL. */
static enum link_outcome
ask(struct redis_link *link, struct redis_wire *wire, const struct slice *args, size_t count,
    const struct link_wait *wait, struct redis_reply **reply_r, struct err *err)
{
	enum link_outcome outcome = redis_wire_exchange(wire, args, count, wait, reply_r, err);
	const struct redis_value *value;

	buf_clear(&link->error);
	if (outcome != LINK_OK)
		return outcome;
	value = redis_reply_value(*reply_r);
	if (value->kind != REDIS_KIND_ERROR)
		return LINK_OK;
	keep_error(link, value->text, err);
	outcome = link_outcome_of_error(value->text);
	redis_reply_free(reply_r);
	return outcome;
}

/* The same when nobody wants the reply. */
static enum link_outcome
tell(struct redis_link *link, struct redis_wire *wire, const struct slice *args, size_t count,
    const struct link_wait *wait, struct err *err)
{
	struct redis_reply *reply;
	enum link_outcome outcome = ask(link, wire, args, count, wait, &reply, err);

	redis_reply_free(&reply);
	return outcome;
}

static enum link_outcome
log_in(
    struct redis_link *link, struct redis_wire *wire, const struct link_wait *wait, struct err *err)
{
	const struct redis_address *address = &link->addresses[link->current];
	struct slice user = slice_of(address->user);
	struct slice password = buf_slice(&link->password);
	const struct slice args[] = { SLICE("AUTH"), user.n > 0 ? user : buf_slice(&link->user),
		password };
	const struct slice password_only[] = { SLICE("AUTH"), password };

	if (args[1].n > 0)
		return tell(link, wire, args, 3, wait, err);
	return password.n > 0 ? tell(link, wire, password_only, 2, wait, err) : LINK_OK;
}

static enum link_outcome
select_db(
    struct redis_link *link, struct redis_wire *wire, const struct link_wait *wait, struct err *err)
{
	unsigned db = link->addresses[link->current].db;
	struct buf number = { 0 };
	struct slice args[] = { SLICE("SELECT"), SLICE("") };
	enum link_outcome outcome;

	if (db == 0)
		return LINK_OK;
	buf_printf(&number, "%u", db);
	args[1] = buf_slice(&number);
	outcome = tell(link, wire, args, 2, wait, err);
	buf_clear(&number);
	return outcome;
}

/* A wire to a server at which we are logged in. */
static enum link_outcome
open_wire(struct redis_link *link, const struct redis_place *place, const struct link_wait *wait,
    struct redis_wire **wire_r, struct err *err)
{
	enum link_outcome outcome = redis_wire_open(place, wait, wire_r, err);

	if (outcome == LINK_OK)
		outcome = log_in(link, *wire_r, wait, err);
	if (outcome == LINK_OK)
		outcome = select_db(link, *wire_r, wait, err);
	if (outcome != LINK_OK)
		redis_wire_close(wire_r);
	return outcome;
}

static const char *
ca_file(struct redis_link *link)
{
	return link->ca_file.n > 0 ? buf_text(&link->ca_file) : NULL;
}

/* Takes the wire over as the link's own. */
static void
adopt(struct redis_link *link, const struct redis_place *place, struct redis_wire *wire)
{
	redis_link_close(link);
	link->wire = wire;
	link->connections++;
	link->tls = place->tls;
	buf_clear(&link->peer);
	if (place->path != NULL)
		buf_printf(&link->peer, "unix://%s", place->path);
	else
		redis_host_format(&place->host, place->tls, &link->peer);
	buf_text(&link->peer);
}

/* One sentinel's word on where the master is. */
static enum link_outcome
ask_sentinel(struct redis_link *link, const struct redis_host *sentinel, const char *master,
    struct redis_host *host_r, struct err *err)
{
	const struct redis_place place = { .host = *sentinel };
	const struct slice args[] = { SLICE("SENTINEL"), SLICE("get-master-addr-by-name"),
		slice_of(master) };
	struct link_wait wait = link_wait_start(link->connect_ms, link->wake_fd);
	struct redis_wire *wire;
	struct redis_reply *reply = NULL;
	struct buf told = { 0 };
	const struct redis_value *value;
	enum link_outcome outcome = redis_wire_open(&place, &wait, &wire, err);

	if (outcome == LINK_OK)
		outcome = ask(link, wire, args, 3, &wait, &reply, err);
	redis_wire_close(&wire);
	if (outcome != LINK_OK)
		return outcome;
	value = redis_reply_value(reply);
	if (value->kind == REDIS_KIND_ARRAY && value->count == 2) {
		buf_add(&told, value->items[0].text);
		buf_add_byte(&told, ':');
		buf_add(&told, value->items[1].text);
	}
	if (!redis_host_parse(buf_slice(&told), host_r)) {
		err_set(err, "the sentinel at %s:%u knows no master \"%s\"", sentinel->name,
		    sentinel->port, master);
		outcome = LINK_NO_MASTER;
	}
	buf_clear(&told);
	redis_reply_free(&reply);
	return outcome;
}

static enum link_outcome
check_master(struct redis_link *link, struct redis_wire *wire, const struct redis_host *host,
    const struct link_wait *wait, struct err *err)
{
	const struct slice args[] = { SLICE("ROLE") };
	struct redis_reply *reply;
	const struct redis_value *value;
	enum link_outcome outcome = ask(link, wire, args, 1, wait, &reply, err);

	if (outcome != LINK_OK)
		return outcome;
	value = redis_reply_value(reply);
	if (value->count == 0 || !slice_eq(value->items[0].text, SLICE("master"))) {
		err_set(
		    err, "Sentinel names %s:%u, which is no master (yet)", host->name, host->port);
		outcome = LINK_NO_MASTER;
	}
	redis_reply_free(&reply);
	return outcome;
}

static enum link_outcome
connect_sentinel(struct redis_link *link, struct redis_address *address, struct err *err)
{
	enum link_outcome outcome = LINK_NO_MASTER;

	for (size_t i = 0; i < address->host_count; i++) {
		struct redis_host sentinel = address->hosts[i];
		struct redis_place place = { .path = NULL };
		struct redis_wire *wire = NULL;
		struct link_wait wait;

		outcome = ask_sentinel(link, &sentinel, address->master, &place.host, err);
		wait = link_wait_start(link->connect_ms, link->wake_fd);
		if (outcome == LINK_OK)
			outcome = open_wire(link, &place, &wait, &wire, err);
		if (outcome == LINK_OK)
			outcome = check_master(link, wire, &place.host, &wait, err);
		if (outcome == LINK_OK) {
			/* The next time it is asked first. */
			address->hosts[i] = address->hosts[0];
			address->hosts[0] = sentinel;
			adopt(link, &place, wire);
		} else {
			redis_wire_close(&wire);
		}
		if (outcome == LINK_OK || outcome == LINK_INTERRUPTED)
			break;
	}
	return outcome;
}

static enum link_outcome
connect_address(struct redis_link *link, struct redis_address *address, struct err *err)
{
	const struct redis_place place = { .host = address->hosts[0],
		.path = address->scheme == REDIS_SCHEME_UNIX ? address->path : NULL,
		.tls = address->scheme == REDIS_SCHEME_TLS,
		.ca_file = ca_file(link) };
	struct link_wait wait = link_wait_start(link->connect_ms, link->wake_fd);
	struct redis_wire *wire;
	enum link_outcome outcome;

	if (address->scheme == REDIS_SCHEME_SENTINEL)
		return connect_sentinel(link, address, err);
	outcome = open_wire(link, &place, &wait, &wire, err);
	if (outcome == LINK_OK)
		adopt(link, &place, wire);
	return outcome;
}

enum link_outcome
redis_link_connect(struct redis_link *link, struct err *err)
{
	enum link_outcome outcome = LINK_LOST;

	redis_link_close(link);
	for (size_t tried = 0; tried < link->count; tried++) {
		outcome = connect_address(link, &link->addresses[link->current], err);
		if (outcome == LINK_OK || outcome == LINK_INTERRUPTED)
			break;
		redis_link_next_address(link);
	}
	return outcome;
}

/* "MOVED 3999 HOST:PORT" or "ASK 3999 HOST:PORT": no host is the one we are connected to. */
static bool
parse_redirect(struct redis_link *link, struct slice word, struct redis_host *host_r)
{
	struct slice rest = buf_slice(&link->error), first, slot, where, peer;
	struct buf told = { 0 };
	bool fine;

	if (!slice_next_word(&rest, &first) || !slice_eq(first, word) ||
	    !slice_next_word(&rest, &slot) || !slice_next_word(&rest, &where))
		return false;
	if (where.p[0] == ':') {
		peer = slice_from(buf_slice(&link->peer), link->tls ? 9 : 8);
		while (peer.n > 0 && peer.p[peer.n - 1] != ':')
			peer.n--;
		buf_add(&told, slice_cut(peer, 0, peer.n > 0 ? peer.n - 1 : 0));
	}
	buf_add(&told, where);
	fine = redis_host_parse(buf_slice(&told), host_r);
	buf_clear(&told);
	return fine;
}

static enum link_outcome
connect_node(struct redis_link *link, const struct redis_host *host, const struct link_wait *wait,
    struct redis_place *place_r, struct redis_wire **wire_r, struct err *err)
{
	struct link_wait connect = link_wait_start(link->connect_ms, link->wake_fd);

	*place_r = (struct redis_place){
		.host = *host, .tls = link->tls, .ca_file = ca_file(link)
	};
	if (connect.deadline_ms > wait->deadline_ms)
		connect = *wait;
	return open_wire(link, place_r, &connect, wire_r, err);
}

/* The link goes over to the node that MOVED names. */
static enum link_outcome
follow_moved(struct redis_link *link, const struct redis_host *host, const struct link_wait *wait,
    struct err *err)
{
	struct redis_place place;
	struct redis_wire *wire;
	enum link_outcome outcome = connect_node(link, host, wait, &place, &wire, err);

	if (outcome == LINK_OK)
		adopt(link, &place, wire);
	return outcome;
}

/* This command alone goes to the node that ASK names. */
static enum link_outcome
follow_ask(struct redis_link *link, const struct redis_host *host, const struct slice *args,
    size_t count, const struct link_wait *wait, struct redis_reply **reply_r, struct err *err)
{
	const struct slice asking[] = { SLICE("ASKING") };
	struct redis_place place;
	struct redis_wire *wire;
	enum link_outcome outcome = connect_node(link, host, wait, &place, &wire, err);

	if (outcome == LINK_OK)
		outcome = tell(link, wire, asking, 1, wait, err);
	if (outcome == LINK_OK)
		outcome = ask(link, wire, args, count, wait, reply_r, err);
	redis_wire_close(&wire);
	return outcome;
}

static enum link_outcome
command(struct redis_link *link, bool here, const struct slice *args, size_t count,
    unsigned timeout_ms, struct redis_reply **reply_r, struct err *err)
{
	struct link_wait wait = link_wait_start(timeout_ms, link->wake_fd);
	enum link_outcome outcome;
	struct redis_host host;

	*reply_r = NULL;
	if (link->wire == NULL) {
		err_set(err, "not connected");
		return LINK_LOST;
	}
	outcome = ask(link, link->wire, args, count, &wait, reply_r, err);
	for (unsigned hops = 0; outcome == LINK_OTHER_ERROR; hops++) {
		bool moved = parse_redirect(link, SLICE("MOVED"), &host);

		if (!moved && !parse_redirect(link, SLICE("ASK"), &host))
			break;
		if (hops == REDIS_LINK_HOPS_MAX) {
			err_set(err, "the nodes of the Cluster send us round in circles");
			outcome = LINK_REDIRECTED;
		} else if (moved && here) {
			outcome = LINK_REDIRECTED;
		} else if (moved) {
			outcome = follow_moved(link, &host, &wait, err);
			if (outcome == LINK_OK)
				outcome = ask(link, link->wire, args, count, &wait, reply_r, err);
		} else {
			outcome = follow_ask(link, &host, args, count, &wait, reply_r, err);
		}
	}
	if (!link_outcome_connected(outcome))
		redis_link_close(link);
	return outcome;
}

enum link_outcome
redis_link_command(struct redis_link *link, const struct slice *args, size_t count,
    unsigned timeout_ms, struct redis_reply **reply_r, struct err *err)
{
	return command(link, false, args, count, timeout_ms, reply_r, err);
}

enum link_outcome
redis_link_command_here(struct redis_link *link, const struct slice *args, size_t count,
    unsigned timeout_ms, struct redis_reply **reply_r, struct err *err)
{
	return command(link, true, args, count, timeout_ms, reply_r, err);
}

uint64_t
redis_link_connections(const struct redis_link *link)
{
	return link->connections;
}
