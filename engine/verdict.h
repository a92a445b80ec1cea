/*
 * verdict.h - what the rules said of one message: plain data, in the scan's arena
 *
 * Scores are integer millionths, so sums are exact whatever the order; they
 * are rounded to 0.001 only when printed or compared.
 */
#ifndef STEELYARD_ENGINE_VERDICT_H
#define STEELYARD_ENGINE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/action.h"
#include "engine/auth/authentication.h"
#include "engine/net/dns_list.h"
#include "engine/util/slice.h"

struct limited_rule; /* ruleset.h */
struct rule;

/* One rule that hit. */
struct hit {
	const struct rule *rule; /* of the verdict's ruleset: ruleset.h reads it */
	struct slice name;
	int64_t score; /* in all: the rule's score x count */
	unsigned count; /* times it hit; 1 without `multiple` */
	unsigned turn; /* which of the scan's hits it was in time, 1 the first */
	struct slice matched; /* with explain: the first match's bytes, not escaped; absent: none */
	struct slice view; /* with explain: "body", "header Subject", ... */
};

/* A rule that took long, by the caller's clock. */
struct slow_rule {
	struct slice name;
	int64_t us;
};

/* A header field to add, in this order; values hold LF + tab folds and no CR. */
struct verdict_field {
	struct slice name;
	struct slice value;
};

/* A field of the message whose value changes. */
struct verdict_rewrite {
	struct slice name; /* as the message has it */
	unsigned index; /* which of that name, 1 the first; 0: there is none, it is added */
	struct slice value; /* the whole new one, LF where it is folded */
};

struct verdict {
	int64_t score;
	int64_t required; /* the threshold of tag */
	bool spam; /* score reaches required */
	enum action action;
	struct slice reply; /* SMTP reply of reject and tempfail: "550 5.7.1 text" */
	struct slice subject; /* the whole new Subject for action subject; absent: leave it */
	const struct hit *hits; /* sorted by name */
	size_t hit_count;
	const struct slice *subrules; /* sorted; only with options.subrules */
	size_t subrule_count;
	const struct hit *subrule_hits; /* the same with what matched; only with options.explain */
	size_t subrule_hit_count;
	const struct hit *shadow_hits; /* of rules in shadow, sub-rules too: they score 0 */
	size_t shadow_hit_count;
	const struct limited_rule *limited; /* in the order in which they first were */
	size_t limited_count;
	const struct slow_rule
	    *slow; /* in the order in which they ran; only with options.slow_us */
	size_t slow_count;
	const struct verdict_field *fields; /* to add */
	size_t field_count;
	const struct verdict_rewrite *rewrites; /* only in SpamAssassin's way of marking */
	size_t rewrite_count;
	const struct verdict_field
	    *previous; /* to add behind the header: what the rewritten were */
	size_t previous_count;
	struct slice subject_prefix; /* of the rules that hit; absent: none */
	struct slice
	    report; /* SpamAssassin's report template, expanded; only with options.report */
	struct slice ended_by; /* the rule that ended the scan; absent: none, or the sum */
	const char *ended_as; /* "spam" or "ham"; NULL: the scan ran to its end */
	const struct slice *notes; /* limits reached and the like, for people */
	size_t note_count;
	struct authentication auth; /* who sent it; with options.dns, where something asked */
	const struct dns_list_use *list_uses; /* what DNS lists were asked, and said */
	size_t list_use_count;
	struct slice ruleset_id;
	bool incomplete; /* a limit cut the scan short: see notes */
	int64_t us_parse; /* microseconds spent in parsing, by the caller's clock (scan_options) */
	int64_t us_match; /* ... in matching and summing up */
	int64_t us_total; /* ... from scan_message to the verdict, all steps together */
	int64_t us_dns; /* ... between the steps, waiting for the DNS: not in us_total */
	bool skipped; /* not scanned by configuration (authenticated or local sender) */
};

#endif
