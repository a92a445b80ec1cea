/*
 * action.c - names of actions
 */
#include "engine/action.h"

static const char *const names[] = {
#define ACTION_NAME(id, name) [ACTION_##id] = name,
	ACTION_TABLE(ACTION_NAME)
#undef ACTION_NAME
};

const char *
action_name(enum action action)
{
	return names[action];
}

bool
action_parse(struct slice name, enum action *action_r)
{
	for (unsigned i = 0; i < ACTION_COUNT; i++) {
		if (slice_eq(name, slice_of(names[i]))) {
			*action_r = (enum action)i;
			return true;
		}
	}
	return false;
}
