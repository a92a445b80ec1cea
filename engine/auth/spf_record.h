/*
 * spf_record.h - an SPF record: its syntax, and its mechanisms in turn (RFC 7208, 4.5, 4.6 and 12)
 *
 * A record is checked whole first, since an error anywhere in it counts before
 * any mechanism does; its mechanisms are then read off its text one by one,
 * and take no memory.
 *
 * SYNOPSIS
 *	struct spf_record record;
 *	struct spf_mechanism mechanism;
 *
 *	if (!spf_record_parse(text, &record))
 *		return AUTH_PERMERROR;
 *	for (struct slice rest = record.terms; spf_record_next(&rest, &mechanism);)
 *		evaluate(&mechanism);
 */
#ifndef STEELYARD_ENGINE_AUTH_SPF_RECORD_H
#define STEELYARD_ENGINE_AUTH_SPF_RECORD_H

#include <stdbool.h>

#include "engine/auth/auth.h"
#include "engine/mime/ip.h"
#include "engine/util/slice.h"

/* SPF_MECHANISM(id, "name") */
#define SPF_MECHANISM_TABLE(X) \
	X(ALL, "all")          \
	X(INCLUDE, "include")  \
	X(A, "a")              \
	X(MX, "mx")            \
	X(PTR, "ptr")          \
	X(IP4, "ip4")          \
	X(IP6, "ip6")          \
	X(EXISTS, "exists")

enum spf_mechanism_id {
#define SPF_MECHANISM_ENUM(id, name) SPF_##id,
	SPF_MECHANISM_TABLE(SPF_MECHANISM_ENUM)
#undef SPF_MECHANISM_ENUM
};

struct spf_mechanism {
	enum spf_mechanism_id id;
	enum auth_result result; /* when it matches, by its qualifier */
	struct slice text; /* as it stands in the record */
	struct slice domain; /* its domain-spec; absent: the domain itself */
	struct network network; /* of ip4 and ip6 */
	unsigned ip4_bits, ip6_bits; /* of a and mx: 0 to 32, 0 to 128 */
};

struct spf_record {
	struct slice terms; /* what stands behind the version */
	struct slice redirect, exp; /* domain-specs; absent: no such modifier */
	struct slice wrong; /* the term that is none, when it cannot be read */
};

/* Whether a TXT record's text says that it is an SPF record (RFC 7208, 4.5). */
bool spf_record_is(struct slice text);

/* Reads all of a record's text; false at an error of syntax, with `wrong` set. */
bool spf_record_parse(struct slice text, struct spf_record *record_r);

/*
 * Takes the next mechanism off *rest, which began as the terms of a record
 * that was parsed; modifiers are passed over. False at the end.
 */
bool spf_record_next(struct slice *rest, struct spf_mechanism *mechanism_r);

#endif
