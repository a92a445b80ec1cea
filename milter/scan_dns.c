/*
 * scan_dns.c - between a scan and the resolver
 *
 * All that is there is handed over before the rules run again, so that a
 * burst of answers costs one run.
 */
#include "config.h"

#include "milter/scan_dns.h"

#include "milter/clock.h"

static bool
hand_over(struct scan_dns *dns)
{
	const struct dns_question *question;
	const struct dns_answer *answer;
	bool any = false;

	while (list_lookup_next(dns->lookup, &question, &answer)) {
		scan_answer(dns->scan, question, answer);
		if (dns->recorder != NULL)
			dns_recorder_add(dns->recorder, question, answer);
		any = true;
	}
	return any;
}

/* Whether the budget of the list, if it is one that is asked, has the question in it. */
static bool
may_ask(const struct scan_dns *dns, const struct dns_question *question)
{
	const struct dns_list *list = dns->health == NULL
					  ? NULL
					  : dns_lists_of_name(dns->lists, question->name);

	return list == NULL || list_lookup_knows(dns->resolver, dns->lists, question) ||
	       list_health_admit(dns->health, list);
}

void
scan_dns_prefetch(struct scan_dns *dns)
{
	const struct dns_question *question;

	while ((question = scan_wants(dns->scan)) != NULL)
		if (may_ask(dns, question))
			list_lookup_prefetch(dns->resolver, dns->lists, question, dns->client);
}

bool
scan_dns_wait(struct scan_dns *dns, int64_t until_us)
{
	const struct dns_question *question;

	while ((question = scan_wants(dns->scan)) != NULL)
		if (may_ask(dns, question))
			list_lookup_add(dns->lookup, question);
		else
			list_lookup_refuse(dns->lookup, question);
	list_lookup_wait(dns->lookup, until_us < dns->deadline_us ? until_us : dns->deadline_us);
	if (hand_over(dns))
		return true;
	if (clock_monotonic_us() < dns->deadline_us && list_lookup_open(dns->lookup) > 0)
		return false;
	list_lookup_end(dns->lookup);
	(void)hand_over(dns);
	scan_deadline(dns->scan);
	return true;
}
