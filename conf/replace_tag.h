/*
 * replace_tag.h - SpamAssassin's replacement tags (plugin ReplaceTags)
 *
 * replace_tag, replace_pre, replace_inter and replace_post give names to
 * pieces of patterns; <NAME> in a rule that replace_rules names stands for
 * one. <pre X>, <inter X> and <post X> put a piece before, between and behind
 * all tags of that rule. Law: the plugin of SpamAssassin 4.0.1.
 *
 * SYNOPSIS
 *	struct replace_tags *tags = replace_tags_new(arena);
 *
 *	replace_tags_set(tags, REPLACE_TAG, SLICE("A"), SLICE("[a\\xe4]"));
 *	replace_tags_read(arena, tags, SLICE("/b<A>d/i"), REPLACE_AUTO, &pattern, &err);
 */
#ifndef STEELYARD_CONF_REPLACE_TAG_H
#define STEELYARD_CONF_REPLACE_TAG_H

#include <stdbool.h>

#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

/* Tags in tags are replaced in so many passes. */
#define REPLACE_PASSES 6
/* The longest expanded pattern; the longest of the stock rules has 223,692 bytes. */
#define REPLACE_TEXT_MAX ((size_t)1024 * 1024)

enum replace_kind {
	REPLACE_TAG,
	REPLACE_PRE,
	REPLACE_INTER,
	REPLACE_POST,
	REPLACE_KIND_COUNT,
};

enum replace_form {
	REPLACE_AUTO, /* in place, unless PCRE2 could not compile it */
	REPLACE_INLINE, /* in place */
	REPLACE_DEFINE, /* (?(DEFINE)(?<tag_A>..)) once and (?&tag_A), where that means the same */
};

struct replace_tags;

/* In `arena`; with the delimiters < and >. NULL at its cap. */
struct replace_tags *replace_tags_new(struct arena *arena);

/* Nothing is copied. A later text replaces an earlier one. False at the arena's cap. */
bool replace_tags_set(
    struct replace_tags *tags, enum replace_kind kind, struct slice name, struct slice text);

/* replace_start and replace_end. An empty one is ignored. */
void replace_tags_start(struct replace_tags *tags, struct slice start);
void replace_tags_end(struct replace_tags *tags, struct slice end);

/* Replaces the tags in a body (no delimiters, no flags). Absent: too long, or no memory. */
struct slice
replace_tags_expand(struct arena *arena, const struct replace_tags *tags, struct slice body);

/*
 * The whole way of a rule that replace_rules names: from what stands behind
 * =~ to "/pattern/flags". False with *err: not even the pattern with its tags
 * unreplaced compiles, and SpamAssassin drops the rule. Where only the
 * replaced one does not, the unreplaced one stays, as there, and err->text
 * says why; it is "" otherwise.
 */
bool replace_tags_read(struct arena *arena, const struct replace_tags *tags, struct slice text,
    enum replace_form form, struct slice *pattern_r, struct err *err);

#endif
