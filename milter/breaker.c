/*
 * breaker.c - servers that stay silent are not waited for by every message
 */
#include "config.h"

#include "milter/breaker.h"

bool
breaker_is_open(const struct breaker *breaker)
{
	return breaker->silences >= BREAKER_SILENCES;
}

bool
breaker_allows(struct breaker *breaker, int64_t now_us)
{
	if (!breaker_is_open(breaker))
		return true;
	if (now_us < breaker->probe_us)
		return false;
	breaker->probe_us = now_us + BREAKER_PROBE_US;
	return true;
}

void
breaker_answered(struct breaker *breaker, int64_t now_us)
{
	breaker->silences = 0;
	breaker->answered_us = now_us;
}

void
breaker_silent(struct breaker *breaker, int64_t asked_us, int64_t now_us)
{
	if (breaker->answered_us > asked_us)
		return;
	if (breaker->silences < BREAKER_SILENCES && ++breaker->silences == BREAKER_SILENCES)
		breaker->probe_us = now_us + BREAKER_PROBE_US;
}
