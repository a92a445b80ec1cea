/*
 * carrier.c - the handful of Redis commands that publishing and mirroring need
 *
 * A command that was lost on its way is sent once more over a new connection, but for XADD, which
 * is right only on the server that was looked at. None of them does harm twice: XADD with a
 * number that is there already is refused, and whoever sent it compares what is there.
 */
#include "config.h"

#include "shared-sync/carrier.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "shared-sync/carried.h"
#include "shared-sync/channel_keys.h"
#include "shared-sync/redis_link.h"

#define COMMAND_MS 30000
#define NUMBER_SIZE 32
#define PLACES_MAX 16

struct carrier {
	struct redis_link *link;
	struct channel_keys keys;
	uint64_t looked; /* the link's connection that told the last entry; 0: none */
};

struct carrier *
carrier_new(const struct carrier_place *place, struct slice channel, struct err *err)
{
	struct redis_address *addresses = calloc(PLACES_MAX, sizeof(*addresses));
	struct redis_options options = { .wake_fd = place->wake_fd > 0 ? place->wake_fd : -1,
		.ca_file = place->ca_file[0] != '\0' ? place->ca_file : NULL };
	struct carrier *carrier = calloc(1, sizeof(*carrier));
	struct arena *arena = arena_new(65536);
	size_t n = 0;
	bool good = place->count > 0 && place->count <= PLACES_MAX;

	if (carrier == NULL || addresses == NULL)
		abort();
	if (!good)
		err_set(err, "1 to %d addresses of Redis are needed", PLACES_MAX);
	else if (!channel_keys_init(&carrier->keys, channel)) {
		err_set(err, "%.*s is no name of a channel: [a-z0-9][a-z0-9.-]{0,62}",
		    SLICE_ARG(channel));
		good = false;
	}
	for (; good && n < place->count; n++)
		good = redis_address_parse(place->addresses[n], &addresses[n], err);
	if (good && place->password_file[0] != '\0')
		good = redis_login_read(arena, place->password_file, &options.login, err) > 0;
	if (good && place->user[0] != '\0')
		options.login.user = slice_of(place->user);
	if (good)
		carrier->link = redis_link_new(addresses, n, &options);
	else
		carrier_free(&carrier);
	arena_free(&arena);
	free(addresses);
	return carrier;
}

void
carrier_free(struct carrier **carrier)
{
	if (*carrier == NULL)
		return;
	redis_link_free(&(*carrier)->link);
	free(*carrier);
	*carrier = NULL;
}

static enum fault
fault_of(enum link_outcome outcome)
{
	switch (outcome) {
	case LINK_OK:
		return FAULT_NONE;
	case LINK_NOAUTH:
	case LINK_WRONGPASS:
	case LINK_NOPERM:
		return FAULT_DENIED;
	case LINK_OVERSIZED:
		return FAULT_OVERSIZED;
	case LINK_READONLY:
	case LINK_LOADING:
	case LINK_MASTERDOWN:
	case LINK_CLUSTERDOWN:
	case LINK_OTHER_ERROR:
	case LINK_LOST:
	case LINK_TIMEOUT:
	case LINK_INTERRUPTED:
	case LINK_PROTOCOL:
	case LINK_REDIRECTED:
	case LINK_NO_MASTER:
	case LINK_TLS:
		break;
	}
	return FAULT_UNREACHABLE;
}

/* Whether another connection may answer better. */
static bool
worth_another(enum link_outcome outcome)
{
	return outcome == LINK_LOST || outcome == LINK_TIMEOUT || outcome == LINK_READONLY ||
	       outcome == LINK_MASTERDOWN;
}

static enum fault
command(struct carrier *carrier, const struct slice *args, size_t n, unsigned ms,
    struct redis_reply **reply_r, struct err *err)
{
	enum link_outcome outcome = LINK_LOST;

	*reply_r = NULL;
	for (int i = 0; i < 2 && worth_another(outcome); i++) {
		if (i > 0 && outcome != LINK_LOST)
			redis_link_next_address(carrier->link);
		if (i > 0)
			redis_link_close(carrier->link);
		outcome = LINK_OK;
		if (!redis_link_connected(carrier->link))
			outcome = redis_link_connect(carrier->link, err);
		if (outcome == LINK_OK)
			outcome = redis_link_command(carrier->link, args, n, ms, reply_r, err);
	}
	/* The next call asks another: this one may be up and answer nobody. */
	if (worth_another(outcome) || outcome == LINK_PROTOCOL || outcome == LINK_OVERSIZED ||
	    outcome == LINK_LOADING) {
		redis_link_next_address(carrier->link);
		redis_link_close(carrier->link);
	}
	return fault_of(outcome);
}

static struct slice
key_of(const struct carrier *carrier, enum carrier_thing thing)
{
	switch (thing) {
	case CARRIER_KEYS:
		return slice_of(carrier->keys.keys);
	case CARRIER_SNAPSHOT:
		return slice_of(carrier->keys.snapshot);
	case CARRIER_HEAD:
		return slice_of(carrier->keys.head);
	}
	return SLICE_ABSENT;
}

/* FAULT_MALFORMED, with *err: it is not of that kind. */
static enum fault
unexpected(struct err *err)
{
	err_set(err, "Redis answered something else than was asked");
	return FAULT_MALFORMED;
}

enum fault
carrier_get(struct carrier *carrier, enum carrier_thing thing, struct buf *out, struct err *err)
{
	const struct slice args[] = { SLICE("GET"), key_of(carrier, thing) };
	struct redis_reply *reply;
	enum fault fault = command(carrier, args, 2, COMMAND_MS, &reply, err);

	if (fault == FAULT_NONE) {
		const struct redis_value *value = redis_reply_value(reply);

		if (value->kind == REDIS_KIND_TEXT && value->text.n > 0)
			buf_add(out, value->text);
		else
			fault = value->kind == REDIS_KIND_NIL ? FAULT_EMPTY : unexpected(err);
	}
	redis_reply_free(&reply);
	return fault;
}

enum fault
carrier_set(struct carrier *carrier, enum carrier_thing thing, struct slice bytes, struct err *err)
{
	const struct slice args[] = { SLICE("SET"), key_of(carrier, thing), bytes };
	struct redis_reply *reply;
	enum fault fault = command(carrier, args, 3, COMMAND_MS, &reply, err);

	redis_reply_free(&reply);
	return fault;
}

/* "17-0" -> 17; false: no id of ours. */
static bool
read_id(struct slice id, uint64_t *seq_r)
{
	size_t dash = slice_find_byte(id, 0, '-');

	return slice_eq(slice_from(id, dash), SLICE("-0")) &&
	       carried_number(slice_cut(id, 0, dash), seq_r);
}

/* [id, [field, value, ...]] -> number and the value of field "e". */
static bool
read_entry(const struct redis_value *value, uint64_t *seq_r, struct slice *bytes_r)
{
	const struct redis_value *fields;

	if (value->kind != REDIS_KIND_ARRAY || value->count != 2)
		return false;
	fields = &value->items[1];
	if (value->items[0].kind != REDIS_KIND_TEXT || fields->kind != REDIS_KIND_ARRAY)
		return false;
	if (!read_id(value->items[0].text, seq_r))
		return false;
	for (size_t i = 0; i + 1 < fields->count; i += 2)
		if (fields->items[i].kind == REDIS_KIND_TEXT &&
		    fields->items[i + 1].kind == REDIS_KIND_TEXT &&
		    slice_eq(fields->items[i].text, SLICE("e"))) {
			*bytes_r = fields->items[i + 1].text;
			return true;
		}
	return false;
}

/* Tells of an item of the log that no publisher put there. FAULT_MALFORMED. */
static enum fault
foreign(const struct carrier *carrier, const struct redis_value *item, struct err *err)
{
	struct slice id = SLICE("?");

	if (item->kind == REDIS_KIND_ARRAY && item->count > 0 &&
	    item->items[0].kind == REDIS_KIND_TEXT)
		id = slice_cut(item->items[0].text, 0, NUMBER_SIZE);
	err_set(err,
	    "item %.*s of the log is no entry of a feed, and bars what follows: XDEL %s %.*s",
	    SLICE_ARG(id), carrier->keys.log, SLICE_ARG(id));
	return FAULT_MALFORMED;
}

/*
 * Hands on the entries of an XRANGE's answer; foreign items are passed over, and a fault where
 * there is nothing else: who waited for more would get them again at once.
 */
static enum fault
hand_on(const struct carrier *carrier, const struct redis_value *list, carrier_entry *each, void *p,
    size_t *count_r, struct err *err)
{
	for (size_t i = 0; list->kind == REDIS_KIND_ARRAY && i < list->count; i++) {
		struct slice bytes;
		uint64_t seq;

		if (!read_entry(&list->items[i], &seq, &bytes))
			continue;
		(*count_r)++;
		if (!each(p, seq, bytes))
			break;
	}
	if (list->kind != REDIS_KIND_ARRAY || list->count == 0 || *count_r > 0)
		return FAULT_NONE;
	return foreign(carrier, &list->items[0], err);
}

static enum fault
read_now(struct carrier *carrier, uint64_t from, carrier_entry *each, void *p, size_t *count_r,
    struct err *err)
{
	char first[NUMBER_SIZE], most[NUMBER_SIZE];
	const struct slice args[] = { SLICE("XRANGE"), slice_of(carrier->keys.log),
		{ first, (size_t)snprintf(first, sizeof(first), "%" PRIu64 "-0", from) },
		SLICE("+"), SLICE("COUNT"),
		{ most, (size_t)snprintf(most, sizeof(most), "%d", CARRIER_BATCH) } };
	struct redis_reply *reply;
	enum fault fault = command(carrier, args, 6, COMMAND_MS, &reply, err);

	if (fault == FAULT_NONE)
		fault = hand_on(carrier, redis_reply_value(reply), each, p, count_r, err);
	redis_reply_free(&reply);
	return fault;
}

static enum fault
read_waiting(struct carrier *carrier, uint64_t from, unsigned wait_ms, carrier_entry *each, void *p,
    size_t *count_r, struct err *err)
{
	char last[NUMBER_SIZE], most[NUMBER_SIZE], wait[NUMBER_SIZE];
	const struct slice args[] = { SLICE("XREAD"), SLICE("COUNT"),
		{ most, (size_t)snprintf(most, sizeof(most), "%d", CARRIER_BATCH) }, SLICE("BLOCK"),
		{ wait, (size_t)snprintf(wait, sizeof(wait), "%u", wait_ms) }, SLICE("STREAMS"),
		slice_of(carrier->keys.log),
		{ last, (size_t)snprintf(last, sizeof(last), "%" PRIu64 "-0", from - 1) } };
	struct redis_reply *reply;
	enum fault fault = command(carrier, args, 8, wait_ms + COMMAND_MS, &reply, err);

	if (fault == FAULT_NONE) {
		const struct redis_value *value = redis_reply_value(reply);

		/* [[key, entries]] */
		if (value->kind == REDIS_KIND_ARRAY && value->count == 1 &&
		    value->items[0].kind == REDIS_KIND_ARRAY && value->items[0].count == 2)
			fault = hand_on(carrier, &value->items[0].items[1], each, p, count_r, err);
		else if (value->kind != REDIS_KIND_NIL)
			fault = unexpected(err);
	}
	redis_reply_free(&reply);
	return fault;
}

enum fault
carrier_entries(struct carrier *carrier, uint64_t from, unsigned wait_ms, carrier_entry *each,
    void *p, size_t *count_r, struct err *err)
{
	*count_r = 0;
	if (wait_ms == 0 || from == 0)
		return read_now(carrier, from, each, p, count_r, err);
	return read_waiting(carrier, from, wait_ms, each, p, count_r, err);
}

enum fault
carrier_last(struct carrier *carrier, uint64_t *seq_r, struct err *err)
{
	const struct slice args[] = { SLICE("XREVRANGE"), slice_of(carrier->keys.log), SLICE("+"),
		SLICE("-"), SLICE("COUNT"), SLICE("1") };
	struct redis_reply *reply;
	enum fault fault = command(carrier, args, 6, COMMAND_MS, &reply, err);

	*seq_r = 0;
	if (fault == FAULT_NONE) {
		const struct redis_value *list = redis_reply_value(reply);
		struct slice bytes;

		if (list->kind != REDIS_KIND_ARRAY)
			fault = unexpected(err);
		else if (list->count > 0 && !read_entry(&list->items[0], seq_r, &bytes))
			fault = foreign(carrier, &list->items[0], err);
	}
	carrier->looked = fault == FAULT_NONE ? redis_link_connections(carrier->link) : 0;
	redis_reply_free(&reply);
	return fault;
}

/* The number behind "seq " in the beginning of what is carried; 0: none. */
static uint64_t
header_seq(struct slice header)
{
	struct slice line;
	uint64_t seq;

	while (slice_next_line(&header, &line))
		if (slice_starts(line, SLICE("seq ")))
			return carried_number(slice_from(line, 4), &seq) ? seq : 0;
	return 0;
}

enum fault
carrier_snapshot_seq(struct carrier *carrier, uint64_t *seq_r, struct err *err)
{
	const struct slice args[] = { SLICE("GETRANGE"), slice_of(carrier->keys.snapshot),
		SLICE("0"), SLICE("1023") };
	struct redis_reply *reply;
	enum fault fault = command(carrier, args, 4, COMMAND_MS, &reply, err);

	*seq_r = 0;
	if (fault == FAULT_NONE && redis_reply_value(reply)->kind == REDIS_KIND_TEXT)
		*seq_r = header_seq(redis_reply_value(reply)->text);
	redis_reply_free(&reply);
	return fault;
}

enum fault
carrier_add(struct carrier *carrier, uint64_t seq, struct slice bytes, struct err *err)
{
	char id[NUMBER_SIZE];
	const struct slice args[] = { SLICE("XADD"), slice_of(carrier->keys.log),
		{ id, (size_t)snprintf(id, sizeof(id), "%" PRIu64 "-0", seq) }, SLICE("e"), bytes };
	struct redis_link *link = carrier->link;
	struct redis_reply *reply = NULL;
	enum link_outcome outcome = LINK_LOST;

	if (redis_link_connected(link) && carrier->looked == redis_link_connections(link))
		outcome = redis_link_command_here(link, args, 5, COMMAND_MS, &reply, err);
	else
		err_set(err, "the connection to Redis has ended meanwhile");
	redis_reply_free(&reply);
	if (worth_another(outcome) || outcome == LINK_REDIRECTED) {
		if (outcome == LINK_READONLY || outcome == LINK_MASTERDOWN)
			redis_link_next_address(link);
		redis_link_close(link);
		carrier->looked = 0;
		return FAULT_ORDER;
	}
	if (outcome == LINK_OTHER_ERROR &&
	    slice_find(redis_link_error(link), 0, SLICE("equal or smaller")) <
		redis_link_error(link).n)
		return FAULT_ORDER;
	return fault_of(outcome);
}

enum fault
carrier_trim(struct carrier *carrier, uint64_t first, struct err *err)
{
	char id[NUMBER_SIZE];
	const struct slice args[] = { SLICE("XTRIM"), slice_of(carrier->keys.log), SLICE("MINID"),
		{ id, (size_t)snprintf(id, sizeof(id), "%" PRIu64 "-0", first) } };
	struct redis_reply *reply;
	enum fault fault = command(carrier, args, 4, COMMAND_MS, &reply, err);

	redis_reply_free(&reply);
	return fault;
}
