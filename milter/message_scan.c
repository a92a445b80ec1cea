/*
 * message_scan.c - a message that has been collected -> a verdict
 *
 * Memory is taken before the scan for all that its arena may come to, so that
 * scans which run together never pass memory_total; one that finds too little
 * waits for the others, which end by their own deadlines. The cap is never
 * more than the part of memory_total that is kept for scans.
 *
 * Time: waiting for slot and memory is bounded by time_limit, and the scan by
 * time_limit again, and by cpu_limit; the DNS has dns.deadline of its own, and no slot is held
 * while it is awaited. The engine asks its budget between matches; there the
 * peer is told of progress too, in the thread that the peer's answer comes
 * from, as libmilter wants it.
 */
#include "config.h"

#include "milter/message_scan.h"

#include "conf/settings.h"
#include "engine/scan.h"
#include "milter/clock.h"
#include "milter/scan_dns.h"

/* Tells the peer that we are alive when it is time to. */
static void
message_scan_progress(struct message_scan *scan, int64_t now_us)
{
	if (scan->progress == NULL || now_us < scan->next_progress_us)
		return;
	scan->next_progress_us = now_us + scan->progress_us;
	scan->progress(scan->progress_p);
}

static const char *
message_scan_spent(void *p)
{
	struct message_scan *scan = p;
	int64_t now_us = clock_monotonic_us();

	message_scan_progress(scan, now_us);
	if (now_us >= scan->deadline_us)
		return BUDGET_TIME;
	return scan->arena != NULL && clock_share_spent(&scan->cpu, now_us) ? BUDGET_CPU : NULL;
}

static int64_t
message_scan_clock(void *p)
{
	(void)p;
	return clock_monotonic_us();
}

static int64_t
message_scan_cpu(void *p)
{
	(void)p;
	return clock_thread_us();
}

/* The end of one wait: the deadline, or when the peer must be told again. */
static int64_t
wait_until(const struct message_scan *scan)
{
	if (scan->progress == NULL || scan->deadline_us < scan->next_progress_us)
		return scan->deadline_us;
	return scan->next_progress_us;
}

static struct slot *
message_scan_slot(struct scanner *scanner, struct message_scan *scan)
{
	struct slot *slot;

	do {
		slot = slots_take(scanner->slots, wait_until(scan));
	} while (slot == NULL && message_scan_spent(scan) == NULL);
	return slot;
}

/* What the scan's arena may come to. */
static size_t
message_scan_cap(const struct message_scan *scan)
{
	size_t total = scan->generation->settings->memory_total;
	size_t limit = scan->generation->policy->size_limit;
	size_t scanned = scan->bytes.n < limit ? scan->bytes.n : limit;
	size_t cap = SCAN_ARENA_BASE + SCAN_ARENA_FACTOR * scanned;

	return cap > total / MEMORY_RESERVE ? total / MEMORY_RESERVE : cap;
}

static bool
message_scan_charge(struct scanner *scanner, struct message_scan *scan)
{
	size_t cap = message_scan_cap(scan);
	bool taken;

	do {
		taken = memory_take_by(scanner->memory, cap, wait_until(scan));
	} while (!taken && message_scan_spent(scan) == NULL);
	if (taken)
		scan->charged = cap;
	return taken;
}

/* A limit of the configuration, shorter where an answer to a command is waited for. */
static int64_t
early_limit(const struct message_scan *scan, int64_t limit_us)
{
	return scan->early != 0 && limit_us > SCAN_EARLY_US ? SCAN_EARLY_US : limit_us;
}

/* Waits for the next answers, without a slot; the time does not count as scanning. */
static void
message_scan_await(struct message_scan *scan, struct scan_dns *dns)
{
	int64_t begun_us = clock_monotonic_us();

	while (!scan_dns_wait(
	    dns, scan->progress == NULL ? dns->deadline_us : scan->next_progress_us)) {
		message_scan_progress(scan, clock_monotonic_us());
	}
	scan->deadline_us += clock_monotonic_us() - begun_us;
}

/* At whose expense the DNS is asked. */
static uint64_t
client_of(const struct message_scan *scan)
{
	const struct envelope *envelope = scan->envelope;

	return resolver_client(
	    scan->generation->resolver, envelope->known ? envelope->client_ip : SLICE_ABSENT);
}

/*
 * Runs what waits for the DNS until nothing does. *slot is given back and
 * another taken; NULL: there was none within the time limit.
 */
static void
message_scan_ask(struct scanner *scanner, struct message_scan *scan, struct scan *core,
    const struct budget *budget, struct slot **slot)
{
	const struct generation *generation = scan->generation;
	struct scan_dns dns = {
		.scan = core,
		.resolver = generation->resolver,
		.lists = ruleset_dns_lists(generation->ruleset),
		.health = scanner->health,
		.deadline_us = clock_monotonic_us() +
			       early_limit(scan, generation->settings->dns_deadline),
	};

	if (!scan_is_open(core))
		return;
	dns.client = client_of(scan);
	dns.lookup = list_lookup_new(dns.resolver, dns.lists, dns.client);
	while (*slot != NULL && scan_is_open(core)) {
		slots_give(scanner->slots, *slot);
		message_scan_await(scan, &dns);
		*slot = message_scan_slot(scanner, scan);
		if (*slot != NULL)
			scan_resume(core, *slot, budget);
	}
	list_lookup_free(&dns.lookup);
}

/* Opens the engine's scan; NULL: there is no memory. */
static struct scan *
message_scan_open(struct scanner *scanner, struct message_scan *scan)
{
	struct scan_options options = {
		.now = scanner->fixed_now != 0 ? scanner->fixed_now
					       : clock_wall_us() / CLOCK_SECOND_US,
		.hash_seed = scanner->hash_seed,
		.no_prefilter = scanner->no_prefilter,
		.clock_us = message_scan_clock,
		.cpu_us = message_scan_cpu,
		.dns = scan->generation->resolver != NULL,
		.size = scan->size,
		.early = scan->early,
	};

	scan->deadline_us = clock_monotonic_us() +
			    early_limit(scan, scan->generation->settings->time_limit);
	scan->cpu = clock_share_begin(scan->generation->settings->cpu_limit);
	scan->arena = arena_new(scan->charged);
	if (scanner->health != NULL)
		options.list_states = list_health_states(
		    scanner->health, scan->generation->ruleset, scan->arena);
	return scan_open(scan->arena, scan->generation->ruleset, scan->envelope, &options);
}

/* Judges; *slot is one in hand, before and after, or NULL when there was none any more. */
static enum scan_end
message_scan_judge(struct scanner *scanner, struct message_scan *scan, struct slot **slot)
{
	struct budget budget = { message_scan_spent, scan };
	struct scan *core = message_scan_open(scanner, scan);

	if (core == NULL)
		return SCAN_END_MEMORY;
	scan_message(core, *slot, scan->bytes, &budget);
	message_scan_ask(scanner, scan, core, &budget, slot);
	if (*slot != NULL)
		scan->verdict = scan->early != 0 ? scan_early(core) : scan_verdict(core);
	if (scan->verdict != NULL && scanner->health != NULL)
		list_health_watch(scanner->health, scan->generation->ruleset,
		    scan->verdict->list_uses, scan->verdict->list_use_count);
	scan_close(&core);
	if (*slot == NULL)
		return SCAN_END_BUSY;
	return scan->verdict != NULL ? SCAN_END_JUDGED : SCAN_END_OPEN;
}

enum scan_end
message_scan_run(struct scanner *scanner, struct message_scan *scan)
{
	int64_t now_us = clock_monotonic_us();
	enum scan_end end = SCAN_END_MEMORY;
	struct slot *slot;

	scan->next_progress_us = now_us + scan->progress_us;
	scan->deadline_us = now_us + early_limit(scan, scan->generation->settings->time_limit);
	slot = message_scan_slot(scanner, scan);
	if (slot == NULL)
		return SCAN_END_BUSY;
	if (message_scan_charge(scanner, scan))
		end = message_scan_judge(scanner, scan, &slot);
	if (slot != NULL)
		slots_give(scanner->slots, slot);
	return end;
}

void
message_scan_prefetch(struct scanner *scanner, struct message_scan *scan)
{
	struct budget budget = { message_scan_spent, scan };
	struct slot *slot = slots_take(scanner->slots, 0);
	struct scan_dns dns = { .resolver = scan->generation->resolver,
		.lists = ruleset_dns_lists(scan->generation->ruleset),
		.health = scanner->health };
	struct scan *core;

	if (slot == NULL)
		return;
	if (dns.resolver != NULL)
		dns.client = client_of(scan);
	if (memory_take_by(scanner->memory, message_scan_cap(scan), 0)) {
		scan->charged = message_scan_cap(scan);
		core = message_scan_open(scanner, scan);
		if (core != NULL)
			scan_message(core, slot, SLICE(""), &budget);
		dns.scan = core;
		if (core != NULL)
			scan_dns_prefetch(&dns);
		scan_close(&core);
	}
	slots_give(scanner->slots, slot);
}

void
message_scan_clear(struct scanner *scanner, struct message_scan *scan)
{
	arena_free(&scan->arena);
	scan->verdict = NULL;
	memory_give(scanner->memory, scan->charged);
	scan->charged = 0;
}
