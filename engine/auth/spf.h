/*
 * spf.h - may this client send in that name? (RFC 7208)
 *
 * A pure function of the query and of what the DNS has answered so far: while
 * an answer is missing the result is AUTH_OPEN, and the same call is made
 * again when there are more.
 *
 * SYNOPSIS
 *	struct spf_query query = { .client = ip, .helo = SLICE("mail.example.org"),
 *		.sender = SLICE("joe@example.org") };
 *	struct spf_result spf = spf_check_mail_from(arena, facts, &query);
 *
 *	if (spf.result == AUTH_OPEN)
 *		return;
 */
#ifndef STEELYARD_ENGINE_AUTH_SPF_H
#define STEELYARD_ENGINE_AUTH_SPF_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/auth/auth.h"
#include "engine/mime/ip.h"
#include "engine/net/facts.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/*
 * RFC 7208, 4.6.4: terms that ask the DNS; hosts of one mx, where more are
 * an error; names of one client, where more are left aside; answers that
 * hold nothing.
 */
#define SPF_TERMS_MAX 10
#define SPF_MX_MAX 10
#define SPF_PTR_MAX 10
#define SPF_VOIDS_MAX 2
/* Questions of one evaluation: a little more than these limits let an honest record ask. */
#define SPF_QUESTIONS_MAX 120
/*
 * Terms behind one whose answers are missing are asked about ahead, so that
 * rounds are few, while all of the message's questions are no more than this:
 * what others must ask is not to be crowded out by a record.
 */
#define SPF_AHEAD_MAX 100
/* A longer HELO or MAIL FROM is none: SMTP has paths of 256 bytes (RFC 5321, 4.5.3.1.3). */
#define SPF_IDENTITY_MAX 512

struct spf_query {
	struct ip client;
	struct slice helo; /* as the client said it */
	struct slice sender; /* of MAIL FROM, without <>; empty: the null sender */
	struct slice receiver; /* our name, for %{r}; may be empty */
	enum facts_share share; /* whose questions are asked */
	uint64_t now; /* seconds since 1970, for %{t} */
	bool explain; /* a fail waits for its explanation */
};

struct spf_result {
	enum auth_result result;
	struct slice domain; /* that was checked, in A-labels; absent: none that could be */
	struct slice sender; /* for which it was checked: local@domain */
	struct slice mechanism; /* that matched, as its record has it; absent: none did */
	struct slice explanation; /* of a fail, by the domain's exp; foreign text; absent: none */
	struct slice problem; /* of a permerror or temperror: what and where; absent: none */
	unsigned terms, voids; /* counted as RFC 7208, 4.6.4 has it */
};

/*
 * The result for MAIL FROM; for the null sender that of postmaster at the
 * HELO name (2.4). Its slices live in the arena and in the answers; of an open
 * one nothing more is set.
 */
struct spf_result
spf_check_mail_from(struct arena *arena, struct facts *facts, const struct spf_query *query);

/* The result for the HELO name (2.3); `sender` is not read. */
struct spf_result
spf_check_helo(struct arena *arena, struct facts *facts, const struct spf_query *query);

#endif
