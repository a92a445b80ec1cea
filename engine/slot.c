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
	slot->converters = converters;
	return slot;
}

void
slot_free(struct slot **slot)
{
	if (*slot == NULL)
		return;
	regex_scratch_free(&(*slot)->scratch);
	free(*slot);
	*slot = NULL;
}
