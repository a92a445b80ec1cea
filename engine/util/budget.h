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

struct budget {
	bool (*spent)(void *p); /* NULL: never spent */
	void *p;
};

static inline bool
budget_spent(const struct budget *budget)
{
	return budget->spent != NULL && budget->spent(budget->p);
}

#endif
