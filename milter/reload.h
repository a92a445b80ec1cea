/*
 * reload.h - reading configuration and rules, at the start and again
 *
 * One builder thread does reloads, one after the other, so that neither mail
 * nor the thread that waits for signals stands still meanwhile. A file with an
 * error is refused and what is in force stays.
 */
#ifndef STEELYARD_MILTER_RELOAD_H
#define STEELYARD_MILTER_RELOAD_H

#include <stdbool.h>

#include "conf/diagnostic.h"
#include "engine/util/buf.h"
#include "milter/dns_service.h"
#include "milter/feed_service.h"
#include "milter/live.h"
#include "milter/memory.h"
#include "milter/metrics.h"

struct reload;

/*
 * Reads the configuration (path NULL: defaults alone) and the rules it names;
 * `service` gives the resolver.
 * NULL, with errors among the diagnostics, when either has a mistake.
 */
const struct generation *
reload_read(const char *path, struct dns_service *service, struct diagnostics *diagnostics);

/* Starts the builder. What it is given must outlive it; path is copied. */
struct reload *reload_start(const char *path, struct dns_service *service, struct live *live,
    struct feed_service *feeds, struct memory *memory, struct metrics *metrics);

/* Asks for a reload and does not wait. Requests that come while one waits to be begun are one. */
void reload_request(struct reload *reload);

/*
 * Asks for a reload and waits for its end. Appends what there is to say, a
 * line each: errors and warnings, settings that need a restart, "ruleset ID".
 * Returns whether the new files are in force.
 */
bool reload_wait(struct reload *reload, struct buf *report);

/* Ends the builder, after the reload that it is at; nulls *reload; NULL inside is fine. */
void reload_stop(struct reload **reload);

#endif
