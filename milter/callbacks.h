/*
 * callbacks.h - libmilter: its callbacks, and nothing of it outside
 */
#ifndef STEELYARD_MILTER_CALLBACKS_H
#define STEELYARD_MILTER_CALLBACKS_H

#include <stdbool.h>

#include "engine/util/err.h"
#include "milter/feed_service.h"
#include "milter/live.h"
#include "milter/message_scan.h"
#include "milter/metrics.h"
#include "milter/traffic.h"

/* What the callbacks work with; outlives them. */
struct callbacks_host {
	struct live *live;
	struct scanner *scanner;
	struct feed_service *feeds;
	struct traffic *traffic;
	struct metrics *metrics;
};

/*
 * Registers the callbacks and hands the listening descriptor to libmilter.
 * Once in a process: libmilter has one socket and one set of callbacks.
 */
bool callbacks_open(const struct callbacks_host *host, int fd, struct err *err);

/*
 * Serves until libmilter gives up; runs in a thread of its own, for libmilter
 * handles signals in the threads it makes. Returns whether it ended well.
 */
bool callbacks_run(void);

#endif
