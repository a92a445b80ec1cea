/*
 * envelope.h - what the MTA knows of a message besides its bytes
 *
 * From the milter it is the connection's own data and cannot be forged; the
 * command line takes it from its options. `known` false: there is none, and
 * the message's own Received and Return-Path fields play that part.
 */
#ifndef STEELYARD_ENGINE_ENVELOPE_H
#define STEELYARD_ENGINE_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/slice.h"

/* What is told of it one command after another: bits. */
enum envelope_part {
	ENVELOPE_CLIENT = 1 << 0, /* address and name */
	ENVELOPE_HELO = 1 << 1,
	ENVELOPE_SENDER = 1 << 2, /* mail_from, and whether the client has authenticated itself */
	ENVELOPE_RCPT = 1 << 3,
};

struct envelope {
	bool known; /* the client below is real */
	bool smtp; /* came by SMTP: a rejection reaches the client, not a bystander */
	struct slice client_ip; /* text form; IPv4-mapped already IPv4 */
	struct slice rdns; /* confirmed name of the client; absent: none */
	struct slice helo; /* HELO or EHLO name; absent: none given */
	struct slice mail_from; /* without <>; empty: the null sender; absent: unknown */
	const struct slice *rcpts; /* without <> */
	size_t rcpt_count;
	struct slice auth_user; /* absent: not authenticated */
	struct slice tls_version; /* absent: no TLS */
	struct slice queue_id; /* absent: unknown */
	struct slice my_name; /* the receiving MTA's name ("by"); absent: unknown */
};

#endif
