/*
 * traffic.h - how many sessions and messages there are, and how they end
 *
 * Bounds the sessions, and lets a stopping daemon wait for its messages: from
 * traffic_drain on no message begins, and those begun get their answer.
 */
#ifndef STEELYARD_MILTER_TRAFFIC_H
#define STEELYARD_MILTER_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * libmilter sends a message's answer after the callback has returned, and
 * tells nobody when it has. The next word of the same session shows that it
 * went out; where none comes, this long after the last answer is enough.
 */
#define TRAFFIC_GRACE_US INT64_C(1000000)

struct traffic;

struct traffic *traffic_new(void);
void traffic_free(struct traffic **traffic);

/* Counts a session in. False: there are `max` already, or the daemon drains; it still leaves. */
bool traffic_enter(struct traffic *traffic, size_t max);
void traffic_leave(struct traffic *traffic);

/* Counts a message in; false, and it is not counted, when the daemon drains. */
bool traffic_begin(struct traffic *traffic);

/* A message that began will have no answer: it was aborted, or its session ended. */
void traffic_abort(struct traffic *traffic);

/* A message that began has its answer, which is about to be sent. */
void traffic_answer(struct traffic *traffic);

/* That answer has been sent, or nobody is there to read it. */
void traffic_sent(struct traffic *traffic);

/*
 * Lets nothing more begin, and waits until all answers are sent, at most
 * timeout_us. Returns how many messages were left without an answer.
 */
size_t traffic_drain(struct traffic *traffic, int64_t timeout_us);

bool traffic_draining(struct traffic *traffic);

/* Sessions that are open, and messages that have begun and have no answer. */
size_t traffic_sessions(struct traffic *traffic);
size_t traffic_messages(struct traffic *traffic);

#endif
