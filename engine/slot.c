/*
 * slot.c - the scratch of one scan step
 *
 * Nothing but a holder: the regex facade makes its own scratch, the shell
 * opens converters before it drops privileges.
 */
#include "engine/slot.h"

#include <stdlib.h>

struct slot *
slot_new(struct converters *converters)
{
	struct slot *slot = calloc(1, sizeof(*slot));

	if (slot == NULL)
		abort();
	slot->scratch = regex_scratch_new();
	slot->walks = prefix_walks_new();
	slot->frozen = frozen_new();
	slot->converters = converters;
	return slot;
}

void
slot_free(struct slot **slot)
{
	if (*slot == NULL)
		return;
	regex_scratch_free(&(*slot)->scratch);
	prefix_walks_free(&(*slot)->walks);
	frozen_free(&(*slot)->frozen);
	free(*slot);
	*slot = NULL;
}

bool
slot_jit_works(void)
{
	struct regex_compiler *compiler = regex_compiler_new();
	struct err err;
	struct regex *regex = regex_new(compiler, SLICE("/a/"), &err);
	bool works = regex != NULL && regex_has_jit(regex);

	regex_free(&regex);
	regex_compiler_free(&compiler);
	return works;
}
