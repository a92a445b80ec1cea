/*
 * spf_macro.h - macros in SPF records and explanations: %{ir}, %{d2}, %_ (RFC 7208, 7)
 *
 * SYNOPSIS
 *	if (spf_macro_is_domain_spec(SLICE("%{ir}.%{v}._spf.%{d2}")))
 *		name = spf_macro_domain(arena, spec, &values);
 */
#ifndef STEELYARD_ENGINE_AUTH_SPF_MACRO_H
#define STEELYARD_ENGINE_AUTH_SPF_MACRO_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/mime/ip.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/*
 * A domain-spec longer than this is no domain-spec to us. RFC 7208 has no
 * limit, but of what it gives at most 253 bytes are ever used.
 */
#define SPF_MACRO_SPEC_MAX 1024
/* An explanation is cut there: it becomes part of an SMTP reply. */
#define SPF_MACRO_TEXT_MAX 1000

/* What the letters stand for (RFC 7208, 7.2). */
struct spf_macro_values {
	struct slice sender; /* s: local@domain */
	struct slice local; /* l: its local part */
	struct slice sender_domain; /* o: its domain */
	struct slice domain; /* d: that whose record is evaluated */
	struct slice helo; /* h */
	struct slice validated; /* p: the client's name, or "unknown" */
	struct ip client; /* i, v and c */
	struct slice receiver; /* r: the name of the host that asks */
	uint64_t now; /* t: seconds since 1970 */
};

/* Whether all of `text` is a macro-string as modifiers that nobody knows have it. */
bool spf_macro_is_string(struct slice text);

/* Whether all of `spec` is a domain-spec: a macro-string that ends in a macro or a top label. */
bool spf_macro_is_domain_spec(struct slice spec);

/* Whether %{p} stands in it, for which the DNS has to be asked. */
bool spf_macro_has_validated(struct slice text);

/*
 * The name that a domain-spec gives, without a dot at its end and cut from
 * the left to what the DNS can ask for. Absent at the arena's cap.
 */
struct slice
spf_macro_domain(struct arena *arena, struct slice spec, const struct spf_macro_values *values);

/*
 * The text of an explanation, spaces and %{c}, %{r} and %{t} allowed; bytes of
 * a sender that are not printable ASCII become '?'. Absent when it is no
 * explain-string, or at the arena's cap.
 */
struct slice
spf_macro_text(struct arena *arena, struct slice text, const struct spf_macro_values *values);

#endif
