/*
 * syntax_parser.h - the cursor that syntax.c and syntax_class.c share; for them only
 */
#ifndef STEELYARD_ENGINE_REGEX_SYNTAX_PARSER_H
#define STEELYARD_ENGINE_REGEX_SYNTAX_PARSER_H

#include "engine/regex/syntax.h"
#include "engine/util/map.h"
#include "engine/util/vec.h"

/* Flags that hold from a place on. */
struct syntax_flags {
	bool caseless, dotall, extended, extended_more;
};

struct syntax_parser {
	struct arena *arena;
	struct slice text;
	size_t at;
	struct syntax_flags flags;
	bool utf, latin1; /* the whole pattern's */
	bool failed; /* sticky: not understood */
	bool quoting; /* between \Q and \E */
	unsigned depth;
	struct map *names; /* of groups: name -> struct syntax_node */
	struct vec calls; /* struct syntax_call */
};

/* A call whose group may stand further on. */
struct syntax_call {
	struct syntax_node *node;
	struct slice name;
};

/* NULL, and failed, at the arena's cap. */
struct syntax_node *syntax_node_new(struct syntax_parser *parser, enum syntax_kind kind);

/* Only where `edge` says. NULL, and failed, at the arena's cap. */
struct syntax_node *syntax_edge(struct syntax_parser *parser, enum syntax_edge edge);

/* One byte out of the set; under /u a whole character, whose further bytes are high. */
struct syntax_node *syntax_character(struct syntax_parser *parser, const struct byte_set *set);

/* A literal character that begins with `byte` at the cursor's last byte. */
struct syntax_node *syntax_literal(struct syntax_parser *parser, unsigned byte);

/* The class whose [ was just taken. */
struct syntax_node *syntax_class(struct syntax_parser *parser);

/* The escape whose backslash was just taken. */
struct syntax_node *syntax_escape(struct syntax_parser *parser);

#endif
