/*
 * list_health.h - which DNS lists may be asked: their tests and their budgets
 *
 * One for all messages; any thread may call it. A list is untested until its
 * first test has gone well; one that is sick is not asked, and is tried again
 * sooner and then later, as long as it answers wrongly; one that does not
 * answer is tried again each LIST_RETRY_US, for an outage of the DNS is none
 * of its. What a list lists is watched too: LIST_STREAK things in a row, all
 * different, and a test is due at once, for it may have begun to list the
 * world. Lists are known by name and zone, so they live on over reloads, and
 * what was asked today lives on in a file over restarts.
 */
#ifndef STEELYARD_MILTER_LIST_HEALTH_H
#define STEELYARD_MILTER_LIST_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/net/dns_list.h"
#include "engine/rules/ruleset.h"
#include "engine/util/arena.h"
#include "engine/util/buf.h"

/* Listed in a row, all different, until a test is due at once. */
#define LIST_STREAK 20
/* Why a list is sick, in bytes. */
#define LIST_REASON_MAX 160
/*
 * After a bad test, until the next one; doubled for each further wrong one. Also the least
 * between tests that answers to messages' questions make due.
 */
#define LIST_RETRY_US INT64_C(60000000)
/* Tests without an answer in a row, until a list that was well counts as sick. */
#define LIST_SILENT_MAX 3

struct list_health;

/* How one list stands, for people. */
struct list_status {
	const char *name, *zone;
	enum dns_list_condition condition;
	char reason[LIST_REASON_MAX]; /* why it is sick, or what its last test lacked; "" else */
	unsigned silent; /* its last tests that were not answered, in a row */
	int64_t tested_s; /* seconds since 1970; 0: never */
	int64_t us_test; /* how long the slowest answer of the last test took */
	uint64_t asked, day_asked, day; /* questions so far; today; the most today, 0: any */
	uint64_t listed, skipped; /* answers that said so; questions that the budget forbade */
};

/* What a test found. */
struct list_finding {
	bool answered; /* there were answers to judge by */
	bool well;
	char reason[LIST_REASON_MAX]; /* why it is not well, or what was not answered */
	int64_t us_test;
};

/* `path` keeps budgets over restarts; NULL: nothing does. Never NULL. */
struct list_health *list_health_new(const char *path);

/* Frees it and nulls *health; NULL inside is fine. Budgets are saved. */
void list_health_free(struct list_health **health);

/*
 * Which lists live rules ask from now on; those that nobody asks are kept and not tested.
 * interval_us is between tests; 0: lists are trusted until something speaks against them.
 */
void
list_health_use(struct list_health *health, const struct ruleset *ruleset, int64_t interval_us);

/* What scan_options wants, for the ruleset's lists by number; NULL at the arena's cap. */
const struct dns_list_state *
list_health_states(struct list_health *health, const struct ruleset *ruleset, struct arena *arena);

/* Whether a question may be sent to the list now; counts it if so. */
bool list_health_admit(struct list_health *health, const struct dns_list *list);

/* Takes in what a message's scan asked and was told. */
void list_health_watch(struct list_health *health, const struct ruleset *ruleset,
    const struct dns_list_use *uses, size_t count);

/*
 * The numbers of the ruleset's lists whose test is due, at most `most`;
 * *wait_us_r until the next is, or so.
 */
size_t list_health_due(struct list_health *health, const struct ruleset *ruleset, size_t *numbers,
    size_t most, int64_t *wait_us_r);

/*
 * Keeps what a test found; the next is due after that interval. True: the list was not so
 * before, and *status_r says how it stands.
 */
bool list_health_tested(struct list_health *health, const struct dns_list *list,
    const struct list_finding *finding, struct list_status *status_r);

/* Waits for the time, or until a test is due at once or list_health_wake. */
void list_health_sleep(struct list_health *health, int64_t wait_us);
void list_health_wake(struct list_health *health);

/* Writes what was asked today if it changed. False with *err. */
bool list_health_save(struct list_health *health, struct err *err);

/* How many lists are in use, and how they stand. */
struct list_counts {
	uint64_t used, well, sick, spent;
};

void list_health_count(struct list_health *health, struct list_counts *counts_r);

/* The lists in use, in their order; the array is the arena's, its texts live as long as health. */
const struct list_status *
list_health_list(struct list_health *health, struct arena *arena, size_t *count_r);

#endif
