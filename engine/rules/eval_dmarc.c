/*
 * eval_dmarc.c - what the author's domain wants done with mail that is not its own
 *
 * Source: SpamAssassin 4.0.1's DMARC, by how it behaves: see dmarc_facts.h.
 * dmarc_save_reports is known and does nothing: no report is sent.
 */
#include "engine/rules/dmarc_facts.h"
#include "engine/rules/eval.h"

static unsigned
verdict_is(struct views *views, enum dmarc_verdict wanted)
{
	enum dmarc_verdict verdict = views_dmarc_verdict(views);

	if (verdict == DMARC_VERDICT_OPEN)
		return EVAL_OPEN;
	return verdict == DMARC_VERDICT_UNKNOWN ? EVAL_UNKNOWN : verdict == wanted;
}

unsigned
eval_check_dmarc_pass(const struct rule *rule, struct views *views)
{
	(void)rule;
	return verdict_is(views, DMARC_VERDICT_PASS);
}

unsigned
eval_check_dmarc_reject(const struct rule *rule, struct views *views)
{
	(void)rule;
	return verdict_is(views, DMARC_VERDICT_REJECT);
}

unsigned
eval_check_dmarc_quarantine(const struct rule *rule, struct views *views)
{
	(void)rule;
	return verdict_is(views, DMARC_VERDICT_QUARANTINE);
}

unsigned
eval_check_dmarc_none(const struct rule *rule, struct views *views)
{
	(void)rule;
	return verdict_is(views, DMARC_VERDICT_NONE);
}

unsigned
eval_check_dmarc_missing(const struct rule *rule, struct views *views)
{
	(void)rule;
	return verdict_is(views, DMARC_VERDICT_MISSING);
}
