/*
 * yaml.h - the part of YAML that people need, read strictly, with positions
 *
 * A file is one document: a tree of texts, lists and mappings. No look of a
 * text gives it a type: all leaves are texts, and the schema's key says what
 * they mean. Refused, each with the cure in the message: tags, anchors,
 * aliases, merge keys, directives, several documents, duplicate keys, keys
 * that are not texts, other encodings than UTF-8, characters that YAML but no
 * editor takes for a line's end.
 *
 * SYNOPSIS
 *	const struct yaml_node *root = yaml_read(arena, "a.yaml", bytes, found);
 *
 *	if (root != NULL && root->kind == YAML_MAPPING)
 *		for (size_t i = 0; i < root->n; i++)
 *			use(root->entries[i].key->text, root->entries[i].value);
 */
#ifndef STEELYARD_CONF_YAML_H
#define STEELYARD_CONF_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/diagnostic.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Held while parsing, so that no file costs more than it is worth. */
#define YAML_DEPTH_MAX 16
#define YAML_EVENTS_MAX 200000
#define YAML_FILE_MAX ((size_t)8 * 1024 * 1024)
#define YAML_TEXT_MAX ((size_t)64 * 1024)

enum yaml_kind {
	YAML_TEXT,
	YAML_LIST,
	YAML_MAPPING,
};

/* How a text was written. */
enum yaml_style {
	YAML_PLAIN,
	YAML_SINGLE, /* '...' */
	YAML_DOUBLE, /* "..." */
	YAML_LITERAL, /* | */
	YAML_FOLDED, /* > */
};

struct yaml_node;

struct yaml_entry {
	const struct yaml_node *key; /* NULL in a list */
	const struct yaml_node *value;
};

struct yaml_node {
	enum yaml_kind kind;
	unsigned line; /* from 1 */
	unsigned column; /* from 1, in bytes */
	/* YAML_TEXT */
	struct slice text; /* a NUL stands behind it */
	enum yaml_style style;
	bool many_lines; /* plain or quoted, and written over several lines */
	bool comment_follows; /* plain, and " #" began a comment right behind it */
	/* YAML_LIST, YAML_MAPPING */
	const struct yaml_entry *entries;
	size_t n;
};

/*
 * Reads all of `bytes` into a tree in `arena`; `file` is named in messages.
 * An empty file gives an empty mapping. Returns NULL after telling of a
 * mistake; duplicate keys are all told of in one run, at other mistakes the
 * reader stops.
 */
const struct yaml_node *yaml_read(
    struct arena *arena, const char *file, struct slice bytes, struct diagnostics *diagnostics);

/* The value of `key` in a mapping, or NULL. */
const struct yaml_node *yaml_find(const struct yaml_node *mapping, struct slice key);

/* "text", "a list", "a mapping": what the node is, for messages. */
const char *yaml_kind_name(const struct yaml_node *node);

#endif
