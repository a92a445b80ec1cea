/*
 * perl_parser.h - the translation of one Perl pattern, between its files
 *
 * A recursive descent over the pattern: perl_piece.c knows branches and
 * quantifiers, perl_group.c what follows a (, perl_escape.c what follows a
 * backslash, perl_class.c classes; perl_lookbehind.c makes lookbehinds of
 * several lengths ones that PCRE2 takes. Each writes to `out` and tells of
 * the piece it read. The first error stays; whoever loops asks `failed`.
 */
#ifndef STEELYARD_CONF_PERL_PARSER_H
#define STEELYARD_CONF_PERL_PARSER_H

#include "conf/perl_regex.h"
#include "engine/util/buf.h"
#include "engine/util/vec.h"

/* Groups nest no deeper: PCRE2's own limit. */
#define PERL_DEPTH_MAX 250
/* Perl's limits on a quantifier and on a lookbehind's length. */
#define PERL_REPEAT_MAX 65534
#define PERL_LOOKBEHIND_MAX 255

struct perl_flags {
	bool caseless, multiline, dotall;
	bool extended, extended_more; /* x, xx */
	bool no_capture;
	bool unfolded; /* d: bytes of 0x80 and more have no case */
};

/* What one piece of a pattern matches. */
struct perl_piece {
	unsigned min, max; /* bytes; PERL_UNBOUNDED: any number */
	bool wide; /* Perl thinks that it matches something */
	bool nothing; /* it cannot be quantified: flags alone */
	bool brace_follows; /* a { behind it is a plain one */
	bool uneven; /* a group one of whose branches has several lengths */
	size_t cost;
};

struct perl_parser {
	struct slice text;
	size_t at;
	struct buf out;
	struct perl_flags flags, first;
	struct perl_call *calls;
	size_t call_count;
	unsigned groups; /* captures opened so far */
	unsigned depth, lookaround, lookbehind;
	bool caseless; /* somewhere in it */
	bool names_twice;
	struct perl_facts facts;
	struct vec names; /* struct slice, of captures */
	unsigned column; /* of text's first byte */
	struct err *err;
	bool failed;
};

/* Sets the first error, for the byte `at` of the text. Returns false. */
bool perl_fail(struct perl_parser *parser, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The byte `ahead` of where the parser stands; 0 at the end. */
char perl_peek(const struct perl_parser *parser, size_t ahead);

/* Whether the text goes on with `word`; then it is skipped. */
bool perl_skip(struct perl_parser *parser, struct slice word);

/* What stands before `mark` from here on, which is skipped too. False: no such mark. */
bool perl_until(struct perl_parser *parser, char mark, struct slice *text_r);

/* Without blanks and tabs at both ends, as Perl reads what stands in braces. */
struct slice perl_trim(struct slice text);

/* Whether `text` is a name that a group may have. */
bool perl_is_name(struct slice text);

/* A literal byte, in PCRE2's writing. */
void perl_emit_byte(struct perl_parser *parser, unsigned char byte);

/* A whole pattern or the inside of a group, up to its ) or the end. */
void perl_alternation(struct perl_parser *parser, struct perl_piece *piece, bool reset);

/* At a \ outside of classes. */
void perl_escape(struct perl_parser *parser, struct perl_piece *piece);

/* At a backslash that names a code point (\x41, \cA, \101, \N{U+41}); false: it does not. */
bool perl_code_point(struct perl_parser *parser, bool in_class, unsigned *code_r);

/* At \p or \P, both inside and outside of classes. */
void perl_property(struct perl_parser *parser);

/* What a code point above 0xff matches under i in bytes, or 0. */
unsigned perl_fold(unsigned code);

/* At a [ */
void perl_class(struct perl_parser *parser, struct perl_piece *piece);

/* At a ( */
void perl_group(struct perl_parser *parser, struct perl_piece *piece);

/* Whether a quantifier in braces stands at the parser's place: nothing is skipped. */
bool perl_at_braces(const struct perl_parser *parser);

/*
 * The inside of a lookbehind, translated, with alternatives of one length
 * each. False, and *why_r, when that cannot be done.
 */
bool perl_lookbehind(
    struct arena *arena, struct slice content, struct slice *content_r, const char **why_r);

#endif
