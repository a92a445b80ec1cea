/*
 * feed_service.h - the channels that the daemon follows
 *
 * SYNOPSIS
 *	struct feed_service *service = feed_service_new(live, &metrics, 0);
 *
 *	next = feed_service_begin(service, next);
 *	live_swap(live, next);
 *	feed_service_end(service);
 */
#ifndef STEELYARD_MILTER_FEED_SERVICE_H
#define STEELYARD_MILTER_FEED_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/envelope.h"
#include "engine/util/buf.h"
#include "engine/util/slice.h"
#include "engine/verdict.h"
#include "milter/live.h"
#include "milter/metrics.h"

struct feed_service;

/*
 * No channel yet. Opens converters, which wants to be done before privileges drop; live and metrics
 * must outlive it. fixed_now: seconds since 1970, 0: the real time. Never NULL.
 */
struct feed_service *
feed_service_new(struct live *live, struct metrics *metrics, int64_t fixed_now);

/*
 * Opens the channels that the generation's settings name, closes those that they do not, and lays
 * the rules of all over its ruleset. Takes over the reference and returns one. Until
 * feed_service_end nothing else changes what is in force.
 */
const struct generation *
feed_service_begin(struct feed_service *service, const struct generation *next);

/* The channels are followed, and bring their changes. */
void feed_service_end(struct feed_service *service);

/* Hands what feeds' rules hit in a message to their guards. */
void feed_service_watch(
    struct feed_service *service, const struct verdict *verdict, const struct envelope *envelope);

/* How all channels stand. */
void feed_service_report(struct feed_service *service, bool json, struct buf *out);

/* The postmaster's "promote" or "mute" of a rule; says what came of it. False: it was not done. */
bool
feed_service_decide(struct feed_service *service, bool mute, struct slice rule, struct buf *out);

/* Ends the channels' threads and keeps what they counted; messages may still come. */
void feed_service_save(struct feed_service *service);

#endif
