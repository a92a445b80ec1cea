/*
 * scan_dns.h - between a scan and the resolver: what rules ask, and the answers that they wait for
 *
 * SYNOPSIS
 *	struct scan_dns dns = { .scan = scan, .resolver = resolver, .lists = lists, ... };
 *
 *	dns.lookup = list_lookup_new(resolver, lists, client);
 *
 *	while (scan_is_open(scan)) {
 *		... give the slot back ...
 *		while (!scan_dns_wait(&dns, progress_us))
 *			... tell the peer that we are alive ...
 *		... take a slot ...
 *		scan_resume(scan, slot, budget);
 *	}
 *	list_lookup_free(&dns.lookup);
 */
#ifndef STEELYARD_MILTER_SCAN_DNS_H
#define STEELYARD_MILTER_SCAN_DNS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/scan.h"
#include "milter/dns_recorder.h"
#include "milter/list_health.h"
#include "milter/list_lookup.h"
#include "milter/resolver.h"

struct scan_dns {
	struct scan *scan;
	struct list_lookup *lookup;
	struct resolver *resolver; /* that of `lookup` */
	const struct dns_lists *lists; /* likewise */
	uint64_t client; /* likewise: at whose expense questions are */
	struct list_health *health; /* budgets; NULL: none */
	int64_t deadline_us; /* monotonic: from then on there is no answer */
	struct dns_recorder *recorder; /* is told of each answer; NULL: none is kept */
};

/*
 * Asks what the scan wants and waits until `until_us` or an answer, which it
 * hands to the scan. True: run the rules once more, for something came, or the
 * deadline did.
 */
bool scan_dns_wait(struct scan_dns *dns, int64_t until_us);

/* Asks what the scan wants for nobody, so that the answers are there when they are wanted. */
void scan_dns_prefetch(struct scan_dns *dns);

#endif
