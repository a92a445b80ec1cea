/*
 * kinds.c - the table of rule kinds, from kinds.def
 */
#include "engine/rules/kinds.h"

static const struct kind kinds[] = {
#define KIND(id, name) [RULE_##id] = { #name, kind_##name##_compile, kind_##name##_eval },
#include "engine/rules/kinds.def"
#undef KIND
};

_Static_assert(
    sizeof(kinds) / sizeof(kinds[0]) == RULE_KIND_COUNT, "a kind has no row in kinds.def");

const struct kind *
kind_of(enum rule_kind kind)
{
	return &kinds[kind];
}

const char *
rule_kind_name(enum rule_kind kind)
{
	return kinds[kind].name;
}
