/*
 * budget.h - how the engine asks whether its time is up
 *
 * The engine has no clock. Its caller hands it this; it is asked between
 * matches and every BUDGET_BYTES of text. Once spent it must stay spent.
 */
#ifndef STEELYARD_ENGINE_UTIL_BUDGET_H
#define STEELYARD_ENGINE_UTIL_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

#define BUDGET_BYTES ((size_t)64 * 1024)

/* Limits, as people are told of them. */
#define BUDGET_TIME "time limit"
#define BUDGET_CPU "CPU limit"

struct budget {
	/* The limit that is used up; NULL: none. */
	const char *(*spent)(void *p); /* NULL: never spent */
	void *p;
};

/* Which limit is used up; NULL: none. */
static inline const char *
budget_limit(const struct budget *budget)
{
	return budget->spent == NULL ? NULL : budget->spent(budget->p);
}

static inline bool
budget_spent(const struct budget *budget)
{
	return budget_limit(budget) != NULL;
}

#endif
