/*
 * session.c - what one connection of the MTA has told so far
 *
 * Data of the connection sit in fixed arrays: a peer may say HELO as often as
 * it likes. The envelope of a message goes into an arena of its own, its bytes
 * into one heap block that doubles; both are counted in the daemon's memory
 * before they grow. Beyond the size limit, what there is room for is kept, since
 * signatures cover it; the rest is counted.
 *
 * Not here: what is done with the message (message_scan, answer), and macros'
 * names (callbacks).
 *
 * Which mail "came by SMTP" decides whether a rejection reaches the client or
 * makes the MTA bounce to a bystander. Postfix shows mail from its sendmail
 * command and its queues as a client 127.0.0.1 with port 0; Sendmail gives no
 * address for its own submissions. A real client has both.
 */
#include "config.h"

#include "milter/session.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "engine/auth/authentication.h"
#include "engine/util/arena.h"
#include "engine/util/map.h"
#include "engine/util/vec.h"
#include "milter/authres_ours.h"

/* The first block of a message's bytes; most mail fits in two or three doublings. */
#define BYTES_FIRST ((size_t)16 * 1024)

/* To compare the name of one Authentication-Results field takes little of it. */
#define AUTHRES_ARENA ((size_t)64 * 1024)

/* Times the size limit, what is kept of a message whose signatures cover all of it. */
#define SESSION_WHOLE_FACTOR 4

/* A text of the connection: kept in place, never longer than its room. */
struct name {
	char bytes[SESSION_NAME_MAX];
	struct slice text; /* of `bytes`, or absent */
};

struct session {
	struct memory *memory;
	struct name client_name;
	struct name helo;
	struct name facts[SESSION_FACT_COUNT];
	char client_ip[INET6_ADDRSTRLEN];
	bool smtp;

	/* the open message */
	const struct generation *generation; /* NULL: none is open */
	struct envelope envelope;
	struct arena *arena; /* recipients, counted fields */
	size_t arena_charged; /* bytes of it that `memory` counts */
	struct vec rcpts; /* struct slice */
	struct map *fields; /* name -> struct session_field */
	char *bytes;
	size_t n;
	size_t room;
	uint64_t size;
	size_t field_total; /* of ours, copies counted */
	bool authenticates; /* the message gets an Authentication-Results field of ours */
	unsigned authres_total; /* Authentication-Results fields so far */
	/*
	 * The places of those that are to go: no arena's, for they must go when there is no
	 * memory as well.
	 */
	unsigned authres[SESSION_FIELDS_MAX];
	size_t authres_count;
	bool has_subject;
	enum session_failure failure;
};

struct session *
session_new(struct memory *memory)
{
	struct session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		abort();
	session->memory = memory;
	return session;
}

void
session_free(struct session **session)
{
	if (*session == NULL)
		return;
	session_end(*session);
	free(*session);
	*session = NULL;
}

static void
name_set(struct name *name, struct slice text)
{
	name->text = SLICE_ABSENT;
	if (text.p == NULL)
		return;
	text = slice_cut(text, 0, sizeof(name->bytes));
	memcpy(name->bytes, text.p, text.n);
	name->text = (struct slice){ name->bytes, text.n };
}

/* The address as text, IPv4-mapped as IPv4. Returns the port, or -1 for another family. */
static int
address_text(const struct sockaddr *address, char out[INET6_ADDRSTRLEN])
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;

	if (address == NULL)
		return -1;
	if (address->sa_family == AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, out, INET6_ADDRSTRLEN);
		return ntohs(in->sin_port);
	}
	if (address->sa_family != AF_INET6)
		return -1;
	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], out, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, &in6->sin6_addr, out, INET6_ADDRSTRLEN);
	return ntohs(in6->sin6_port);
}

static bool
address_is_loopback(const char *ip)
{
	return strncmp(ip, "127.", 4) == 0 || strcmp(ip, "::1") == 0;
}

void
session_connect(
    struct session *session, struct slice name, bool verified, const struct sockaddr *address)
{
	bool here = slice_ieq(name, SLICE("localhost")) ||
		    (address != NULL && address->sa_family == AF_UNIX);
	int port = address_text(address, session->client_ip);

	if (port < 0)
		strcpy(session->client_ip, here ? "127.0.0.1" : "0.0.0.0");
	if (port < 0)
		session->smtp = !here;
	else
		session->smtp = port != 0 || !address_is_loopback(session->client_ip);
	if (!verified || slice_ieq(name, SLICE("unknown")) || slice_starts(name, SLICE("[")))
		name = SLICE_ABSENT;
	name_set(&session->client_name, name);
	name_set(&session->helo, SLICE_ABSENT);
	for (int i = 0; i < SESSION_FACT_COUNT; i++)
		name_set(&session->facts[i], SLICE_ABSENT);
}

void
session_helo(struct session *session, struct slice name)
{
	name_set(&session->helo, name);
}

void
session_fact(struct session *session, enum session_fact fact, struct slice value)
{
	name_set(&session->facts[fact], value);
}

/*
 * Forgets what was collected of the message: there can be no verdict on it. Its fields that are
 * to go are counted on, for it may pass all the same; until not all of them could be removed.
 */
static void
session_fail(struct session *session, enum session_failure why)
{
	if (session->failure == SESSION_GOOD || why == SESSION_FIELDS)
		session->failure = why;
	free(session->bytes);
	session->bytes = NULL;
	memory_give(session->memory, session->room);
	session->room = 0;
	session->n = 0;
}

/* Counts what the arena has grown by. */
static void
session_charge_arena(struct session *session)
{
	size_t grown = arena_used(session->arena) - session->arena_charged;

	if (!memory_take(session->memory, grown)) {
		session_fail(session, SESSION_MEMORY);
		return;
	}
	session->arena_charged += grown;
	if (arena_overflowed(session->arena))
		session_fail(session, SESSION_MEMORY);
}

struct slice
session_address(struct slice address)
{
	address = slice_trim(address);
	if (slice_starts(address, SLICE("<")) && slice_ends(address, SLICE(">")) && address.n > 1)
		return slice_cut(address, 1, address.n - 1);
	return address;
}

void
session_begin(struct session *session, const struct generation *generation, struct slice mail_from)
{
	session_end(session);
	session->generation = generation;
	session->authenticates = generation->policy->auth_field;
	session->arena = arena_new(SESSION_ENVELOPE_MAX);
	session->rcpts = VEC_OF(struct slice, session->arena);
	session->fields = map_new(session->arena, MAP_FOLDED, (uintptr_t)session);
	session->envelope.mail_from = arena_copy(session->arena, session_address(mail_from));
	session_charge_arena(session);
}

void
session_rcpt(struct session *session, struct slice address)
{
	struct slice *rcpt;

	if (session->generation == NULL || session->failure != SESSION_GOOD)
		return;
	rcpt = vec_push(&session->rcpts);
	if (rcpt != NULL)
		*rcpt = arena_copy(session->arena, session_address(address));
	session_charge_arena(session);
}

/* Makes room for n more bytes, `limit` in all at most. False: there is no memory. */
static bool
session_reserve(struct session *session, size_t n, size_t limit)
{
	size_t room = session->room == 0 ? BYTES_FIRST : session->room;
	char *bytes;

	while (room - session->n < n)
		room *= 2;
	if (room > limit)
		room = limit;
	if (room == session->room)
		return true;
	if (!memory_take(session->memory, room - session->room))
		return false;
	bytes = realloc(session->bytes, room);
	if (bytes == NULL)
		abort();
	session->bytes = bytes;
	session->room = room;
	return true;
}

/* Keeps what of s fits below `limit`. False: there is no memory. */
static bool
session_keep(struct session *session, struct slice s, size_t limit)
{
	if (session->n >= limit || s.n == 0)
		return true;
	s = slice_cut(s, 0, limit - session->n);
	if (!session_reserve(session, s.n, limit))
		return false;
	memcpy(session->bytes + session->n, s.p, s.n);
	session->n += s.n;
	return true;
}

/*
 * Counts s and keeps it: up to the size limit it must be kept, or the message
 * has failed; beyond it, up to the first byte that there is no room for.
 */
static void
session_add(struct session *session, struct slice s)
{
	size_t limit = session->generation->policy->size_limit + 1, kept = session->n;
	bool whole = session->size == session->n;

	session->size += s.n;
	if (session->failure != SESSION_GOOD || !whole)
		return;
	if (!session_keep(session, s, limit))
		session_fail(session, SESSION_MEMORY);
	else
		session_keep(
		    session, slice_from(s, session->n - kept), SESSION_WHOLE_FACTOR * limit);
}

/* Adds a field's value: libmilter gives the breaks of a folded one as LF alone. */
static void
session_add_value(struct session *session, struct slice value)
{
	while (value.n > 0) {
		size_t at = slice_find_byte(value, 0, '\n');
		bool bare = at < value.n && (at == 0 || value.p[at - 1] != '\r');

		session_add(session, slice_cut(value, 0, at));
		if (at == value.n)
			return;
		session_add(session, bare ? SLICE("\r\n") : SLICE("\n"));
		value = slice_from(value, at + 1);
	}
}

/* Whether a field of this name is ours to write. */
static bool
field_is_ours(const struct policy *policy, struct slice name)
{
	if (slice_istarts(name, SLICE("X-Spam-")))
		return true;
	for (size_t i = 0; i < policy->field_count; i++) {
		if (slice_ieq(policy->fields[i].name, name))
			return true;
	}
	return false;
}

/* One more field of ours. False: there is no memory to keep its name. */
static bool
session_count_field(struct session *session, struct slice name)
{
	struct session_field *field = map_find(session->fields, name);

	if (field == NULL) {
		field = arena_alloc(session->arena, sizeof(*field));
		if (field == NULL)
			return false;
		field->name = arena_copy(session->arena, name);
		if (field->name.p == NULL || !map_add(session->fields, field->name, field))
			return false;
	}
	field->count++;
	return true;
}

/* One more Authentication-Results field: notes its place if it is to go, and tells so. */
static bool
session_count_authres(struct session *session, struct slice value)
{
	struct arena *arena = arena_new(AUTHRES_ARENA);
	bool ours = authres_is_ours(
	    arena, session->generation->policy, session_envelope(session), value);

	arena_free(&arena);
	session->authres_total++;
	if (ours && session->authres_count < SESSION_FIELDS_MAX)
		session->authres[session->authres_count++] = session->authres_total;
	return ours;
}

/* A field that may be to go; with more than can be removed the message has failed for good. */
static void
session_count(struct session *session, struct slice name, struct slice value)
{
	bool ours = field_is_ours(session->generation->policy, name), kept = true;

	if (session->failure == SESSION_FIELDS)
		return;
	if (ours)
		kept = session_count_field(session, name);
	else if (session->authenticates && slice_ieq(name, AUTHRES_FIELD))
		ours = session_count_authres(session, value);
	if (!ours)
		return;
	session_charge_arena(session);
	if (!kept || ++session->field_total > SESSION_FIELDS_MAX)
		session_fail(session, SESSION_FIELDS);
}

void
session_header(struct session *session, struct slice name, struct slice value, bool leading_space)
{
	if (session->generation == NULL)
		return;
	session_add(session, name);
	session_add(session, SLICE(":"));
	if (!leading_space && value.n > 0)
		session_add(session, SLICE(" "));
	session_add_value(session, value);
	session_add(session, SLICE("\r\n"));
	if (slice_ieq(name, SLICE("Subject")))
		session->has_subject = true;
	session_count(session, name, value);
}

void
session_end_of_header(struct session *session)
{
	if (session->generation != NULL)
		session_add(session, SLICE("\r\n"));
}

void
session_body(struct session *session, struct slice chunk)
{
	if (session->generation != NULL)
		session_add(session, chunk);
}

enum session_failure
session_failure(const struct session *session)
{
	return session->failure;
}

void
session_end(struct session *session)
{
	if (session->generation == NULL)
		return;
	generation_unref(&session->generation);
	free(session->bytes);
	session->bytes = NULL;
	memory_give(session->memory, session->room + session->arena_charged);
	arena_free(&session->arena);
	session->arena_charged = 0;
	session->envelope = (struct envelope){ 0 };
	session->fields = NULL;
	session->n = 0;
	session->room = 0;
	session->size = 0;
	session->field_total = 0;
	session->authres_total = 0;
	session->authres_count = 0;
	session->has_subject = false;
	session->failure = SESSION_GOOD;
	name_set(&session->facts[SESSION_AUTH_USER], SLICE_ABSENT);
	name_set(&session->facts[SESSION_QUEUE_ID], SLICE_ABSENT);
}

const struct generation *
session_generation(const struct session *session)
{
	return session->generation;
}

const struct envelope *
session_envelope(struct session *session)
{
	struct envelope *envelope = &session->envelope;

	envelope->known = true;
	envelope->smtp = session->smtp;
	envelope->client_ip = slice_of(session->client_ip);
	envelope->rdns = session->client_name.text;
	envelope->helo = session->helo.text;
	envelope->rcpts = session->rcpts.p;
	envelope->rcpt_count = session->rcpts.n;
	envelope->auth_user = session->facts[SESSION_AUTH_USER].text;
	envelope->tls_version = session->facts[SESSION_TLS_VERSION].text;
	envelope->queue_id = session->facts[SESSION_QUEUE_ID].text;
	envelope->my_name = session->facts[SESSION_MY_NAME].text;
	return envelope;
}

struct slice
session_bytes(const struct session *session)
{
	return (struct slice){ session->bytes, session->n };
}

uint64_t
session_size(const struct session *session)
{
	return session->size;
}

size_t
session_field_count(const struct session *session)
{
	return session->fields == NULL ? 0 : map_count(session->fields);
}

const struct session_field *
session_field_at(const struct session *session, size_t i)
{
	return map_value(session->fields, i);
}

size_t
session_authres_count(const struct session *session)
{
	return session->authres_count;
}

unsigned
session_authres_at(const struct session *session, size_t i)
{
	return session->authres[i];
}

bool
session_has_subject(const struct session *session)
{
	return session->has_subject;
}
