/*
 * early.c - which rules can be judged before the message comes, by its envelope alone
 *
 * Functions say so in evalfn.def. Of fields there are the envelope's sender
 * and the relays: before the message comes the client is the only one, and
 * those that its Received fields name come behind it. So a pattern that
 * matched still matches, unless it looks at where the text ends or at what is
 * not known yet: one that might is left for the end. Nobody before the client
 * is trusted, for mail of trusted clients is not judged early.
 */
#include "engine/rules/early.h"

#include "engine/rules/eval.h"
#include "engine/rules/kinds.h"

/*
 * Whether a pattern may see the end of its text (by assertions, or by groups and quantifiers that
 * keep what they took), or the queue's id.
 */
static bool
looks_ahead(struct slice pattern)
{
	static const struct slice signs[] = { { "$", 1 }, { "\\z", 2 }, { "\\Z", 2 }, { "(?!", 3 },
		{ "(?>", 3 }, { "(?(", 3 }, { "++", 2 }, { "*+", 2 }, { "?+", 2 }, { "}+", 2 },
		{ "id=", 3 } };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (slice_find(pattern, 0, signs[i]) < pattern.n)
			return true;
	}
	return false;
}

static unsigned
header_needs(const struct rule *rule, bool *miss_certain_r)
{
	const struct rule_def *def = &rule->def;
	struct slice name = slice_cut(def->selector, 0, slice_find_byte(def->selector, 0, ':'));

	*miss_certain_r = true;
	if (slice_ieq(name, SLICE("EnvelopeFrom")))
		return ENVELOPE_SENDER;
	if (slice_ieq(def->selector, SLICE("X-Spam-Relays-Trusted")) ||
	    slice_ieq(def->selector, SLICE("X-Spam-Relays-Internal")))
		return ENVELOPE_CLIENT;
	if (!slice_ieq(def->selector, SLICE("X-Spam-Relays-Untrusted")) &&
	    !slice_ieq(def->selector, SLICE("X-Spam-Relays-External")))
		return 0;
	*miss_certain_r = def->exists;
	if (def->exists)
		return ENVELOPE_CLIENT;
	/* of `multiple` not even a hit is certain: further relays may be further hits */
	if (def->negated || (def->tags & RULE_MULTIPLE) != 0 || looks_ahead(def->pattern))
		return 0;
	/* whether the client has authenticated itself is known when it names the sender */
	return ENVELOPE_CLIENT | ENVELOPE_HELO | ENVELOPE_SENDER;
}

/* Of a set whose name ends so, SpamAssassin's functions ask about the last external relay alone. */
#define LAST_EXTERNAL_SET SLICE("-lastexternal")

static unsigned
function_needs(const struct eval_call *call)
{
	static const struct slice names[] = { { "check_rbl", 9 }, { "check_rbl_txt", 13 },
		{ "check_rbl_sub", 13 } };

	if (call->function->run == NULL) /* it never hits */
		return ENVELOPE_CLIENT;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (slice_eq(slice_of(call->function->name), names[i]) &&
		    slice_ends(call->args[0].text, LAST_EXTERNAL_SET))
			return ENVELOPE_CLIENT;
	}
	return call->function->early;
}

unsigned
early_needs(const struct rule *rule, bool *miss_certain_r)
{
	*miss_certain_r = true;
	if (rule->broken || rule->template != NULL || rule->captures)
		return 0;
	switch (rule->def.kind) {
	case RULE_HEADER:
		return header_needs(rule, miss_certain_r);
	case RULE_FUNCTION:
		return function_needs(&rule->call);
	case RULE_DNSBL:
	case RULE_URIBL:
		return list_rule_early(rule);
	case RULE_DNS:
		return kind_dns_early(rule);
	case RULE_BODY:
	case RULE_RAWBODY:
	case RULE_FULL:
	case RULE_URI:
	case RULE_MIME:
	case RULE_META:
	case RULE_KIND_COUNT:
		break;
	}
	return 0;
}

bool
early_open(const struct ruleset *ruleset, struct outcome *const *outcomes, int64_t *sum_r)
{
	*sum_r = 0;
	if (ruleset->shortcircuit.has_min_ham || ruleset->shortcircuit.has_max_spam)
		return false;
	for (size_t i = 0; i < ruleset->schedule_count; i++) {
		const struct rule *rule = ruleset->schedule[i];
		const struct outcome *outcome = outcomes[rule->index];
		bool miss = outcome == NULL ||
			    (outcome->state == OUTCOME_KNOWN && outcome->count == 0);
		unsigned count = outcome == NULL ? 0 : outcome->count;

		if (rule->def.shortcircuit != SHORTCIRCUIT_OFF && !miss)
			return false;
		if (rule->subrule || rule->def.shadow || rule->def.score > 0 || miss)
			continue;
		*sum_r += rule->def.score * (rule_most_hits(rule) - count);
	}
	return true;
}
