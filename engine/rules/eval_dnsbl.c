/*
 * eval_dnsbl.c - eval functions over DNS lists of addresses and of senders' hosts
 *
 * Law: SpamAssassin 4.0.1's DNSEval and Dns, by how they behave. An address in
 * an answer counts within 127.0.0.0/8 alone. What is asked says dnsbl.c, what
 * an answer must be dns_filter.c.
 *
 * check_dns_sender: SpamAssassin wants an answer that says both that a name
 * is there and that it is not, so it never hits; with ours it hits when the
 * sender's domain has neither A nor MX because it does not exist.
 */
#include "engine/rules/eval.h"

#include "engine/rules/dns_filter.h"
#include "engine/rules/dns_query.h"
#include "engine/rules/dnsbl.h"
#include "engine/rules/list_ask.h"
#include "engine/util/ascii.h"

/* A record that is not within 127.0.0.0/8 is no listing. */
static bool
is_listing(enum dns_type type, const struct dns_record *record)
{
	return type != DNS_A || (record->data.n == 4 && record->data.p[0] == 127);
}

/* What reports show of a hit; a TXT record says it itself. */
static void
log_hit(struct views *views, const struct rule *rule, const struct dnsbl_query *query,
    const struct dns_record *record)
{
	if (rule->subrule)
		return;
	if (query->listing.type == DNS_TXT)
		views_log(views, rule, "%.*s", SLICE_ARG(record->data));
	else
		views_log(views, rule, "%.*s listed in %.*s", SLICE_ARG(query->thing),
		    SLICE_ARG(list_zone_shown(views, query->zone)));
}

/* Looks at the answers to what one rule asked. */
static void
look_at(struct views *views, const struct rule *rule, const struct dns_filter *filter,
    const struct dnsbl_asker *asker, struct dns_tally *tally)
{
	tally->open = tally->open || asker->open;
	tally->failed = tally->failed || asker->failed;
	for (size_t i = 0; i < asker->queries.n; i++) {
		const struct dnsbl_query *query = vec_at(&asker->queries, i);

		const struct dns_answer *answer = query->listing.answer;

		if (!dns_tally_listing(
			tally, views, rule, dns_filter_is_any(filter), &query->listing))
			continue;
		for (size_t k = 0; k < answer->record_count && tally->hits == 0; k++) {
			const struct dns_record *record = &answer->records[k];

			if (!is_listing(query->listing.type, record) ||
			    !dns_filter_passes(filter, views, rule, query->listing.type, record))
				continue;
			if (dns_tally_hit(tally))
				log_hit(views, rule, query, record);
		}
	}
}

/* One hit at most, also for rules that count each. */
static unsigned
result(const struct dns_tally *tally)
{
	if (tally->hits > 0)
		return 1;
	if (tally->open)
		return EVAL_OPEN;
	if (tally->told_hits > 0)
		return EVAL_TOLD;
	return tally->failed ? EVAL_UNKNOWN : 0;
}

/* Old rules of SenderBase's, which is no more. */
static bool
is_senderbase(struct slice subtest)
{
	return slice_starts(subtest, SLICE("sb:"));
}

/*
 * A rule that asks: its own questions' answers. The filter is the third argument, if any. All
 * functions that ask are this one by other names; which name it was says dnsbl.c what to ask.
 */
unsigned
eval_check_rbl(const struct rule *rule, struct views *views)
{
	static const struct dns_filter any = { .text = { NULL, 0 } };
	const struct eval_call *call = &rule->call;
	struct dnsbl *dnsbl = dns_query_option(views, "skip_rbl_checks") ? NULL : dnsbl_find(views);
	struct dns_tally tally = { 0 };

	if (dnsbl == NULL || (call->arg_count > 2 && is_senderbase(call->args[2].text)))
		return 0;
	for (size_t i = 0; i < dnsbl->askers.n; i++) {
		struct dnsbl_asker *asker = vec_at(&dnsbl->askers, i);

		if (asker->rule != rule)
			continue;
		dnsbl_ask(views, dnsbl, asker);
		look_at(
		    views, rule, call->arg_count > 2 ? call->args[2].filter : &any, asker, &tally);
	}
	return result(&tally);
}

/* Asks for the others too: all questions of a set go out at once. */
unsigned
eval_check_rbl_sub(const struct rule *rule, struct views *views)
{
	const struct eval_arg *args = rule->call.args;
	struct dnsbl *dnsbl = dns_query_option(views, "skip_rbl_checks") ? NULL : dnsbl_find(views);
	struct dns_tally tally = { 0 };

	if (dnsbl == NULL || is_senderbase(args[1].text))
		return 0;
	for (size_t i = 0; i < dnsbl->askers.n && tally.hits == 0; i++) {
		struct dnsbl_asker *asker = vec_at(&dnsbl->askers, i);

		if (!slice_eq(asker->set, args[0].text))
			continue;
		dnsbl_ask(views, dnsbl, asker);
		look_at(views, rule, args[1].filter, asker, &tally);
	}
	return result(&tally);
}

/* What follows an @, with a dot in it; absent: none. */
static struct slice
sender_host(struct slice address)
{
	for (size_t at = slice_find_byte(address, 0, '@'); at < address.n;
	     at = slice_find_byte(address, at + 1, '@')) {
		size_t end = at + 1, dot;

		while (end < address.n && address.p[end] != '@' && !ascii_is_space(address.p[end]))
			end++;
		dot = slice_find_byte(slice_cut(address, 0, end), at + 2, '.');
		if (dot + 1 < end)
			return slice_cut(address, at + 1, end);
	}
	return SLICE_ABSENT;
}

unsigned
eval_check_dns_sender(const struct rule *rule, struct views *views)
{
	static const enum dns_type types[] = { DNS_A, DNS_MX };
	struct slice address = eval_field(views, FIXED_ENVELOPE_FROM);
	struct slice host = sender_host(dns_query_squeezed(views, address));
	struct dns_tally tally = { 0 };
	unsigned missing = 0;

	if (host.p == NULL || dns_query_option(views, "skip_rbl_checks") ||
	    rule_has_quirks(views->ruleset, rule))
		return 0;
	for (size_t i = 0; i < 2; i++) {
		const struct dns_answer *answer = dns_query_ask(views, types[i], host);

		if (dns_tally_take(&tally, answer) && answer->outcome == DNS_NXDOMAIN)
			missing++;
	}
	tally.hits = missing == 2;
	return result(&tally);
}
