/*
 * html_token.h - HTML cut into tags, text and comments, whatever it looks like
 *
 * SYNOPSIS
 *	struct html_tokens tokens = { .text = text };
 *	struct html_token token;
 *
 *	while (html_next_token(&tokens, &token))
 *		if (token.kind == HTML_START)
 *			while (html_next_attribute(&token.attributes, &attribute))
 *				use(&attribute);
 */
#ifndef STEELYARD_ENGINE_MIME_HTML_TOKEN_H
#define STEELYARD_ENGINE_MIME_HTML_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/util/slice.h"

enum html_token_kind {
	HTML_START,
	HTML_END,
	HTML_TEXT,
	HTML_COMMENT,
	HTML_DECLARATION,
};

struct html_token {
	enum html_token_kind kind;
	struct slice name; /* of a tag, as written */
	struct slice attributes; /* of a start tag: for html_next_attribute */
	struct slice text; /* of text, comment ("<!--" to "-->") and declaration, as written */
	bool verbatim; /* text: character references in it are none */
};

struct html_attribute {
	struct slice name; /* as written */
	struct slice
	    value; /* without quotes, references not replaced; the name when there is none */
};

/* Marked sections ("<![CDATA[") nest no deeper than this; the rest is taken for a comment. */
#define HTML_SECTIONS_MAX 16

/* Set `text`, the rest zero. */
struct html_tokens {
	struct slice text;
	size_t at;
	const struct html_literal *literal; /* inside <script>, <title> ... */
	const char *pending_end; /* an element that the end of the text closed */
	unsigned missing; /* bits: elements whose end tag does not come any more */
	struct html_token held; /* comes after pending_end */
	bool holding;
	bool verbatim;
	bool at_end; /* the text has ended once, and what is left is read again */
	bool finishing; /* the same, and comments end at any '>' */
	unsigned section_count;
	unsigned char sections[HTML_SECTIONS_MAX];
};

/* The next token; false: no more. All tokens together take time linear in the text. */
bool html_next_token(struct html_tokens *tokens, struct html_token *token_r);

/* Takes the first attribute off *attributes; false: no more. */
bool html_next_attribute(struct slice *attributes, struct html_attribute *attribute_r);

#endif
