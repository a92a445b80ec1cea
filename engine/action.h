/*
 * action.h - what is done with a message, from mildest to harshest
 */
#ifndef STEELYARD_ENGINE_ACTION_H
#define STEELYARD_ENGINE_ACTION_H

#include <stdbool.h>

#include "engine/util/slice.h"

/* In the order of thresholds: the last one reached is taken. */
#define ACTION_TABLE(X)             \
	X(PASS, "pass")             \
	X(TAG, "tag")               \
	X(SUBJECT, "subject")       \
	X(TEMPFAIL, "tempfail")     \
	X(QUARANTINE, "quarantine") \
	X(REJECT, "reject")         \
	X(DISCARD, "discard")

enum action {
#define ACTION_ENUM(id, name) ACTION_##id,
	ACTION_TABLE(ACTION_ENUM)
#undef ACTION_ENUM
	    ACTION_COUNT
};

/* The word for it in YAML, logs and JSON. */
const char *action_name(enum action action);

/* The action of that name; false: there is none. */
bool action_parse(struct slice name, enum action *action_r);

#endif
