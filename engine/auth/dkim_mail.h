/*
 * dkim_mail.h - one message as its signatures see it, DKIM's and ARC's alike: plain data
 *
 * Made once for each message; what signatures cost is bounded here: they
 * share the header's index and the walk over the body.
 */
#ifndef STEELYARD_ENGINE_AUTH_DKIM_MAIL_H
#define STEELYARD_ENGINE_AUTH_DKIM_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/auth/dkim_body.h"
#include "engine/auth/dkim_header.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* What passes. DKIM_LAW is RFC 6376 with RFC 8301; the suites of old mail need another. */
struct dkim_law {
	unsigned rsa_bits; /* shorter RSA keys do not count */
	bool old; /* as RFC 4871 and its drafts: rsa-sha1, g= of keys, v=0.5 or none */
};

#define DKIM_LAW ((struct dkim_law){ .rsa_bits = 1024, .old = false })

struct dkim_mail {
	struct arena *arena;
	struct dkim_law law;
	int64_t now; /* seconds since 1970, for x= */
	bool cut; /* set by dkim_mail_cut */
	struct dkim_header header;
	struct dkim_body *body;
};

/*
 * `message` is all of it as it came, whatever else reads less of it; it must
 * outlive the result. NULL at the arena's cap.
 */
struct dkim_mail *
dkim_mail_new(struct arena *arena, struct slice message, struct dkim_law law, int64_t now);

/* The message was longer, and its end is gone: what covers that end is AUTH_TEMPERROR. */
void dkim_mail_cut(struct dkim_mail *mail);

#endif
