/*
 * list_watch.h - the daemon's thread that tests DNS lists and saves their budgets
 */
#ifndef STEELYARD_MILTER_LIST_WATCH_H
#define STEELYARD_MILTER_LIST_WATCH_H

#include "milter/list_health.h"
#include "milter/live.h"

struct list_watch;

/* Starts it; both must outlive it. */
struct list_watch *list_watch_start(struct live *live, struct list_health *health);

/* Ends it, after the tests that it is at, and nulls *watch; NULL inside is fine. */
void list_watch_stop(struct list_watch **watch);

#endif
