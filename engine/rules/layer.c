/*
 * layer.c - rules that were compiled together: they live and go together
 *
 * A layer may read all below it, and so keeps it; the base keeps the regex
 * compiler that all share.
 */
#include "engine/rules/layer.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "engine/regex/pcre.h"

struct layer *
layer_new(struct layer *below)
{
	struct layer *layer = calloc(1, sizeof(*layer));

	if (layer == NULL)
		abort();
	layer->refs = 1;
	layer->below = below == NULL ? NULL : layer_ref(below);
	layer->depth = below == NULL ? 0 : below->depth + 1;
	layer->arena = arena_new(SIZE_MAX);
	layer->regexes = VEC_OF(struct regex *, NULL);
	layer->selector_numbers = map_new(layer->arena, MAP_EXACT, 0);
	layer->lists = map_new(layer->arena, MAP_EXACT, 0);
	layer->listed = VEC_OF(size_t, layer->arena);
	return layer;
}

struct layer *
layer_ref(struct layer *layer)
{
	atomic_fetch_add_explicit(&layer->refs, 1, memory_order_relaxed);
	return layer;
}

static void
layer_free(struct layer *layer)
{
	for (size_t i = 0; i < layer->regexes.n; i++)
		regex_free(vec_at(&layer->regexes, i));
	vec_clear(&layer->regexes);
	if (layer->below == NULL)
		regex_compiler_free(&layer->state.compiler);
	arena_free(&layer->arena);
	free(layer);
}

void
layer_unref(struct layer **layer)
{
	struct layer *gone = *layer;

	*layer = NULL;
	while (
	    gone != NULL && atomic_fetch_sub_explicit(&gone->refs, 1, memory_order_acq_rel) == 1) {
		struct layer *below = gone->below;

		layer_free(gone);
		gone = below;
	}
}
