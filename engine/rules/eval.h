/*
 * eval.h - functions that rules call: 'check_for_shifted_date(96, inf)'
 *
 * A function is one C function and one row in evalfn.def. Names and meaning
 * are those of SpamAssassin's eval functions where it has them; what is ours
 * is told in evalfn.def. Arguments are read and checked when the ruleset is
 * built.
 */
#ifndef STEELYARD_ENGINE_RULES_EVAL_H
#define STEELYARD_ENGINE_RULES_EVAL_H

#include <limits.h>
#include <stdbool.h>

#include "engine/rules/rule.h"
#include "engine/rules/views.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

/* The longest call that is read, in bytes. */
#define EVAL_CALL_MAX 4096

/* An answer of the DNS is still to come: it is called again, from its start, when it is there. */
#define EVAL_OPEN UINT_MAX
/* The DNS failed it: neither a hit nor a miss. */
#define EVAL_UNKNOWN (UINT_MAX - 1)
/* It hits once, by the error code of a DNS list: for people alone (outcome.told). */
#define EVAL_TOLD (UINT_MAX - 2)

/*
 * How often it hits (0: not), EVAL_OPEN, EVAL_UNKNOWN or EVAL_TOLD, for `rule`,
 * whose call holds the arguments.
 */
typedef unsigned eval_fn(const struct rule *rule, struct views *views);

struct eval_function {
	const char *name;
	/*
	 * A letter an argument: n number (inf, -inf and undef too), s text, h header selector,
	 * d header whose addresses are read, H header selector, read raw, r regex,
	 * b regex that stands without delimiters, l list, a list of address patterns,
	 * u list of hosts, F what an answer of a DNS list must be (dns_filter.h),
	 * m p f a word that check_for_mime, check_msg_parse_flags or the
	 * html functions know (its row becomes the number); w k a result of RFC 8601 and a
	 * policy of DMARC, likewise; '?' before the first that may be
	 * left out, '*' after the last that may be repeated.
	 */
	const char *signature;
	eval_fn *run; /* NULL: it waits, and does not hit */
	const char *family; /* "mime": of those that look at the same */
	const char *waits; /* for what ("DNS", "Bayes"); NULL: it runs */
	unsigned early; /* enum envelope_part, if it needs nothing else; 0: it does */
};

#define EVALFN(family, name, signature) eval_fn eval_##name;
#define EVALFN_EARLY(family, name, signature, needs) eval_fn eval_##name;
#define EVALFN_ALIAS(family, name, of, signature)
#define EVALFN_WAITING(family, name, what)
#include "engine/rules/evalfn.def"
#undef EVALFN
#undef EVALFN_EARLY
#undef EVALFN_ALIAS
#undef EVALFN_WAITING

/*
 * Reads "name(arg, 'arg', \"arg\")". False with *err: no such function, wrong
 * number or kind of arguments, bad syntax.
 */
bool
eval_compile(struct ruleset *ruleset, struct slice text, struct eval_call *call_r, struct err *err);

/* What a family makes of its lists when the first rule calls it; lives in the ruleset's arena. */
typedef const void *eval_prepare_fn(struct ruleset *ruleset);
eval_prepare_fn askdns_prepare, bounce_prepare, dkim_prepare_lists, freemail_prepare,
    hashbl_prepare, language_prepare, list_prepare, local_uri_prepare, phishing_prepare,
    sender_prepare, spf_prepare, uribl_prepare, welcome_prepare;

/*
 * The zone of the list that a rule of check_uridnsbl asks, one of check_hashbl_*, or one of
 * check_askdns, if its questions are to a list; absent: none.
 */
struct slice uribl_zone(const struct ruleset *ruleset, const struct rule *rule);
struct slice hashbl_zone(const struct rule *rule);
struct slice askdns_zone(const struct ruleset *ruleset, const struct rule *rule);

/* The row of a word in its function's table, or -1: for the letters m, p and f. */
int eval_mime_flag(struct slice word);
int eval_parse_flag(struct slice word);
int eval_html_fact(struct slice word);

/* Likewise an enum auth_result and an enum dmarc_policy: for the letters w and k. */
int eval_auth_word(struct slice word);
int eval_policy_word(struct slice word);

/* The row of a name, or NULL. */
const struct eval_function *eval_find(struct slice name);

/* For the functions: a fixed field's value; absent: no such field. */
struct slice eval_field(struct views *views, enum fixed_field field);

/* "min < value <= max" and "min <= value < max", as the functions have one or the other. */
bool eval_above(double value, const struct eval_arg *min, const struct eval_arg *max);
bool eval_within(double value, const struct eval_arg *min, const struct eval_arg *max);

/* "-1.5", ".5", "inf", "-inf"; false: something else. */
bool eval_read_number(struct slice text, double *number_r);

/* The i-th argument's number, or `otherwise` when it was left out or is undef. */
double eval_number(const struct rule *rule, size_t i, double otherwise);

#endif
