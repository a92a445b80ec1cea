/*
 * breaker.h - servers that stay silent are not waited for by every message
 *
 * After BREAKER_SILENCES questions in a row without an answer it opens: then
 * one question each BREAKER_PROBE_US may go out and find out, and the others
 * are told at once. An answer, whatever it is, closes it. It has no lock and no
 * clock: its owner brings both. A zeroed breaker is closed.
 */
#ifndef STEELYARD_MILTER_BREAKER_H
#define STEELYARD_MILTER_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#define BREAKER_SILENCES 5
#define BREAKER_PROBE_US INT64_C(1000000)

struct breaker {
	unsigned silences; /* in a row */
	int64_t answered_us; /* when the last answer came */
	int64_t probe_us; /* while open: when the next question may go out */
};

bool breaker_is_open(const struct breaker *breaker);

/* Whether a question may go out now; while open, true takes the probe. */
bool breaker_allows(struct breaker *breaker, int64_t now_us);

/* An answer came. */
void breaker_answered(struct breaker *breaker, int64_t now_us);

/*
 * A question that went out at `asked_us` got no answer. It does not count when
 * another got one since: then it is that name's servers which are silent.
 */
void breaker_silent(struct breaker *breaker, int64_t asked_us, int64_t now_us);

#endif
