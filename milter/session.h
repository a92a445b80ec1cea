/*
 * session.h - what one connection of the MTA has told so far
 *
 * A session outlives its messages: it holds the client's data and, between
 * session_begin and session_end, one message with its envelope, its bytes and
 * the generation of rules that will judge it. It knows nothing of libmilter.
 *
 * The bytes are the message as it came over SMTP: each field is "Name:" and
 * its value with the leading space kept, line ends are CRLF, and an empty line
 * stands before the body.
 */
#ifndef STEELYARD_MILTER_SESSION_H
#define STEELYARD_MILTER_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "engine/envelope.h"
#include "engine/util/slice.h"
#include "milter/live.h"
#include "milter/memory.h"

/* What is kept of a name that the peer gives (RFC 1035 allows 255); more is cut. */
#define SESSION_NAME_MAX 512
/* Envelope of one message in bytes: recipients and names of fields that are counted. */
#define SESSION_ENVELOPE_MAX ((size_t)4 * 1024 * 1024)
/*
 * Fields of ours that one message may bring. To remove one Postfix reads its
 * queue file from the start: 3,000 cost it 12 s, and at about 10,000 its
 * cleanup(8) panics. No honest message comes near.
 */
#define SESSION_FIELDS_MAX 500

struct session;

/* What the MTA tells in passing, by macro. */
enum session_fact {
	SESSION_AUTH_USER, /* of the message */
	SESSION_QUEUE_ID, /* of the message */
	SESSION_TLS_VERSION, /* of the connection */
	SESSION_MY_NAME, /* of the connection */
	SESSION_FACT_COUNT,
};

/* A session whose memory is counted in `memory`. Never NULL. */
struct session *session_new(struct memory *memory);

/* Ends its message, frees it and nulls *session; NULL inside is fine. */
void session_free(struct session **session);

/*
 * The client. `name` is its host name as the MTA has it: "unknown" and
 * "[1.2.3.4]" mean none. `verified` false: the name did not resolve back.
 * `address` may be NULL: then it came from this machine if name is
 * "localhost", else from an unknown place, which is shown as 0.0.0.0 and
 * never trusted.
 */
void session_connect(
    struct session *session, struct slice name, bool verified, const struct sockaddr *address);

void session_helo(struct session *session, struct slice name);

/* A value of NULL pointer is not known. Long ones are cut. */
void session_fact(struct session *session, enum session_fact fact, struct slice value);

/*
 * A message begins (MAIL FROM), with or without <>. Takes over the reference
 * on the generation, which stays to session_end. A message before it is ended.
 */
void
session_begin(struct session *session, const struct generation *generation, struct slice mail_from);

/* Why there can be no verdict on a message; names are those of the log. */
enum session_failure {
	SESSION_GOOD,
	SESSION_MEMORY, /* memory was refused */
	SESSION_FIELDS, /* more fields of ours than can be removed: it must not pass */
};

/* An address as the peer tells it, without its angle brackets. */
struct slice session_address(struct slice address);

/*
 * The message goes on. Each of these remembers what goes wrong; then the rest
 * is only counted.
 */
void session_rcpt(struct session *session, struct slice address);
void
session_header(struct session *session, struct slice name, struct slice value, bool leading_space);
void session_end_of_header(struct session *session);
void session_body(struct session *session, struct slice chunk);

/* What went wrong with the open message: SESSION_FIELDS, or the first thing. */
enum session_failure session_failure(const struct session *session);

/* The message is done with or aborted: its memory and its generation go. */
void session_end(struct session *session);

/* The generation of the open message; NULL: none is open. */
const struct generation *session_generation(const struct session *session);

/* The envelope of the open message; points into the session. */
const struct envelope *session_envelope(struct session *session);

/*
 * The bytes of the open message: up to one more than the policy's size_limit, so
 * that the scan sees that there were more; and up to four times as many as
 * memory allows, for its signatures.
 */
struct slice session_bytes(const struct session *session);

/* How many bytes came in all. */
uint64_t session_size(const struct session *session);

/*
 * Fields of the message that are ours to write, all of them also when it has
 * failed, but for SESSION_FIELDS: names that the policy adds,
 * and X-Spam-*. Copies that came in are removed, so each is kept with how
 * many there were; `name` is as the first one was written.
 *
 * Authentication-Results is others' to write as well: of those only the ones
 * go that authres_ours.h says, told by their places.
 */
struct session_field {
	struct slice name;
	unsigned count;
};

size_t session_field_count(const struct session *session);
const struct session_field *session_field_at(const struct session *session, size_t i);

/*
 * Which of the message's Authentication-Results fields are to go, from 1, the
 * lowest number first.
 */
size_t session_authres_count(const struct session *session);
unsigned session_authres_at(const struct session *session, size_t i);

/* Whether the message has a Subject. */
bool session_has_subject(const struct session *session);

#endif
