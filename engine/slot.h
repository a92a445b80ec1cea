/*
 * slot.h - the scratch of one scan step: PCRE2's memory, charset converters and frozen patterns
 *
 * A scan outlives its steps, so a slot is an argument of each step and is
 * used by one thread at a time. The shell keeps a bounded pool of them.
 */
#ifndef STEELYARD_ENGINE_SLOT_H
#define STEELYARD_ENGINE_SLOT_H

#include <stdbool.h>

#include "engine/mime/charset.h"
#include "engine/regex/pcre.h"
#include "engine/regex/prefix_walk.h"
#include "engine/rules/frozen.h"

struct slot {
	struct regex_scratch *scratch;
	struct prefix_walks *walks; /* kept from one message to the next */
	struct frozen *frozen; /* likewise */
	struct converters *converters; /* the shell's */
};

/* A slot over converters that the shell opened, keeps and closes after it. Never NULL. */
struct slot *slot_new(struct converters *converters);

/* Frees the slot, not the converters, and nulls *slot; NULL inside is fine. */
void slot_free(struct slot **slot);

/* Whether patterns are compiled to machine code here; the start-up log tells. */
bool slot_jit_works(void);

#endif
