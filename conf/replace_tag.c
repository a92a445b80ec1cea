/*
 * replace_tag.c - from tags in a pattern to what they stand for
 *
 * In place it goes by SpamAssassin's law, to the letter: in each pass the
 * first <pre X>, <post X> and <inter X> are taken out, the text is cut at
 * <..>, and in each of these pieces the first tag is replaced wherever it
 * stands there; `inter` fills the empty pieces, which lie between adjacent
 * tags. As long as a replacement holds a <..> itself another pass follows, 6
 * at most. Unknown tags stay.
 *
 * With DEFINE each tag becomes a group that is called: calls of PCRE2 10.30
 * and later give back as text in place does. A call stands where it means the
 * same (perl_regex.h): one tag more is put in place for each one that is
 * refused. Patterns with back references, and modifiers that come up only in
 * a later pass, are left in place as a whole.
 */
#include "conf/replace_tag.h"

#include "conf/perl_regex.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/map.h"
#include "engine/util/vec.h"

/* SpamAssassin's pattern begins with its flags, so that no tag comes first. */
#define HEAD "(?aa)"

struct replace_tags {
	struct arena *arena;
	struct map *texts[REPLACE_KIND_COUNT]; /* name -> struct slice */
	struct slice start, end;
};

/* A tag that DEFINE may hold. */
struct tag {
	struct slice name;
	bool busy, callable;
};

/* One pattern on its way. */
struct expansion {
	struct arena *arena;
	const struct replace_tags *tags;
	struct slice flags;
	struct vec *defined; /* struct tag; NULL: all in place */
	struct vec calls; /* struct perl_call */
	struct map *refused; /* tags that must stand in place */
	unsigned depth;
	bool again; /* a replacement had tags */
	bool failed;
};

static struct slice tag_text(struct expansion *expansion, struct slice name, struct slice text);

struct replace_tags *
replace_tags_new(struct arena *arena)
{
	struct replace_tags *tags = arena_alloc(arena, sizeof(*tags));

	if (tags == NULL)
		return NULL;
	*tags = (struct replace_tags){ .arena = arena, .start = SLICE("<"), .end = SLICE(">") };
	for (size_t i = 0; i < REPLACE_KIND_COUNT; i++) {
		tags->texts[i] = map_new(arena, MAP_EXACT, 0);
		if (tags->texts[i] == NULL)
			return NULL;
	}
	return tags;
}

bool
replace_tags_set(
    struct replace_tags *tags, enum replace_kind kind, struct slice name, struct slice text)
{
	struct slice *kept = arena_alloc(tags->arena, sizeof(*kept));

	if (kept == NULL)
		return false;
	*kept = text;
	return map_add(tags->texts[kind], name, kept);
}

void
replace_tags_start(struct replace_tags *tags, struct slice start)
{
	if (start.n > 0)
		tags->start = start;
}

void
replace_tags_end(struct replace_tags *tags, struct slice end)
{
	if (end.n > 0)
		tags->end = end;
}

/* Absent: no such name, or nothing that Perl takes for true. */
static struct slice
lookup(const struct expansion *expansion, enum replace_kind kind, struct slice name)
{
	const struct slice *text = map_find(expansion->tags->texts[kind], name);

	return text == NULL || text->n == 0 || slice_eq(*text, SLICE("0")) ? SLICE_ABSENT : *text;
}

/* Joined texts; absent (and the expansion failed) beyond the limits. */
static struct slice
finish(struct expansion *expansion, const struct buf *out)
{
	if (out->failed || out->n > REPLACE_TEXT_MAX)
		expansion->failed = true;
	if (expansion->failed)
		return SLICE_ABSENT;
	return out->n == 0 ? SLICE("") : buf_slice(out);
}

/* The first start..end at or behind `from` with one byte between at least. */
static bool
find_tag(const struct expansion *expansion, struct slice text, size_t from, size_t *begin_r,
    struct slice *name_r)
{
	struct slice start = expansion->tags->start, end = expansion->tags->end;
	size_t begin = slice_find(text, from, start), close;

	if (begin >= text.n)
		return false;
	close = slice_find(text, begin + start.n + 1, end);
	if (close >= text.n)
		return false;
	*begin_r = begin;
	*name_r = slice_cut(text, begin + start.n, close);
	return true;
}

/* Takes the first <word NAME> out of *text; the piece that NAME names, or absent. */
static struct slice
take_modifier(
    struct expansion *expansion, struct slice *text, const char *word, enum replace_kind kind)
{
	struct slice start = expansion->tags->start, end = expansion->tags->end, name;
	struct slice mark = arena_printf(expansion->arena, "%.*s%s ", SLICE_ARG(start), word);
	size_t begin = mark.p == NULL ? text->n : slice_find(*text, 0, mark), close;
	struct buf out = { .arena = expansion->arena };

	if (begin >= text->n)
		return SLICE_ABSENT;
	close = slice_find(*text, begin + mark.n + 1, end);
	if (close >= text->n)
		return SLICE_ABSENT;
	name = slice_cut(*text, begin + mark.n, close);
	buf_add(&out, slice_cut(*text, 0, begin));
	buf_add(&out, slice_from(*text, close + end.n));
	*text = finish(expansion, &out);
	return lookup(expansion, kind, name);
}

/* Puts `before` before the first tag of a piece and `behind` behind each. */
static struct slice
surround(struct expansion *expansion, struct slice piece, struct slice before, struct slice behind)
{
	struct buf out = { .arena = expansion->arena };
	size_t from = 0, begin, end;
	struct slice name;

	while (find_tag(expansion, piece, from, &begin, &name)) {
		end = (size_t)(name.p - piece.p) + name.n + expansion->tags->end.n;
		buf_add(&out, slice_cut(piece, from, begin));
		if (from == 0)
			buf_add(&out, before);
		buf_add(&out, slice_cut(piece, begin, end));
		buf_add(&out, behind);
		from = end;
	}
	buf_add(&out, slice_from(piece, from));
	return finish(expansion, &out);
}

/* Whether it holds <..>, which asks for another pass. */
static bool
holds_tag(struct slice text)
{
	for (size_t open = slice_find_byte(text, 0, '<'); open < text.n;
	     open = slice_find_byte(text, open + 1, '<')) {
		size_t close = slice_find_byte(text, open + 1, '>');

		if (close >= text.n)
			return false;
		if (close > open + 1)
			return true;
	}
	return false;
}

/* Replaces the first tag of a piece, wherever it stands there. */
static struct slice
replace(struct expansion *expansion, struct slice piece)
{
	struct buf out = { .arena = expansion->arena };
	struct slice name, text, whole;
	size_t begin, from = 0;

	if (!find_tag(expansion, piece, 0, &begin, &name))
		return piece;
	text = lookup(expansion, REPLACE_TAG, name);
	if (text.p == NULL)
		return piece;
	if (expansion->defined != NULL)
		text = tag_text(expansion, name, text);
	else if (holds_tag(text))
		expansion->again = true;
	whole = slice_cut(
	    piece, begin, begin + expansion->tags->start.n + name.n + expansion->tags->end.n);
	for (begin = slice_find(piece, 0, whole); begin < piece.n && !out.failed;
	     begin = slice_find(piece, from, whole)) {
		buf_add(&out, slice_cut(piece, from, begin));
		buf_add(&out, text);
		from = begin + whole.n;
	}
	buf_add(&out, slice_from(piece, from));
	return finish(expansion, &out);
}

/* The piece of text at `from`: <..>, or what stands before the next one. */
static struct slice
next_piece(struct slice text, size_t from, bool tag)
{
	size_t open = from, close;

	if (tag)
		return slice_cut(text, from, slice_find_byte(text, from, '>') + 1);
	for (;; open++) {
		open = slice_find_byte(text, open, '<');
		close = open + 1;
		while (close < text.n && text.p[close] != '<' && text.p[close] != '>')
			close++;
		if (open >= text.n || (close < text.n && text.p[close] == '>' && close > open + 1))
			return slice_cut(text, from, open);
	}
}

static struct slice
one_pass(struct expansion *expansion, struct slice text)
{
	struct slice pre = take_modifier(expansion, &text, "pre", REPLACE_PRE);
	struct slice post = take_modifier(expansion, &text, "post", REPLACE_POST);
	struct slice inter = take_modifier(expansion, &text, "inter", REPLACE_INTER);
	struct buf out = { .arena = expansion->arena };
	size_t from = 0;
	bool tag = false;

	expansion->again = false;
	while (!expansion->failed && (from < text.n || !tag)) {
		struct slice piece = next_piece(text, from, tag);

		from += piece.n;
		if (pre.p != NULL || post.p != NULL)
			piece = surround(expansion, piece, pre, post);
		if (piece.n == 0 && from < text.n && inter.p != NULL)
			piece = inter;
		buf_add(&out, replace(expansion, piece));
		tag = !tag;
		if (from >= text.n)
			break;
	}
	return finish(expansion, &out);
}

struct slice
replace_tags_expand(struct arena *arena, const struct replace_tags *tags, struct slice body)
{
	struct expansion expansion = { .arena = arena, .tags = tags };
	struct slice text = arena_printf(arena, HEAD "%.*s", SLICE_ARG(body));
	unsigned passes = 0;

	do {
		text = one_pass(&expansion, text);
	} while (!expansion.failed && expansion.again && ++passes < REPLACE_PASSES);
	return expansion.failed ? SLICE_ABSENT : slice_from(text, sizeof(HEAD) - 1);
}

static struct tag *
find_defined(const struct expansion *expansion, struct slice name)
{
	for (size_t i = 0; i < expansion->defined->n; i++) {
		struct tag *tag = vec_at(expansion->defined, i);

		if (slice_eq(tag->name, name))
			return tag;
	}
	return NULL;
}

static bool
name_callable(const struct expansion *expansion, struct slice name)
{
	for (size_t i = 0; i < name.n; i++) {
		if (!ascii_is_word(name.p[i]))
			return false;
	}
	return name.n + sizeof(PERL_CALL_PREFIX) - 1 <= PERL_NAME_MAX &&
	       map_find(expansion->refused, name) == NULL;
}

/* Makes a group of a tag's text (its own tags are calls already). */
static void
define(struct expansion *expansion, struct slice name, struct slice text)
{
	const struct perl_pattern pattern = { text, expansion->flags, 1 };
	struct perl_facts facts;
	struct perl_call call = { .name = name };
	struct perl_call *kept;
	struct tag *tag;
	struct err err;

	if (!name_callable(expansion, name) ||
	    !perl_regex_translate(expansion->arena, &pattern, expansion->calls.p,
		expansion->calls.n, true, &call.pattern, &facts, &err) ||
	    facts.refers || facts.alternates || facts.flips || facts.names)
		return;
	call.whole = facts.whole;
	call.min = facts.min;
	call.max = facts.max;
	tag = find_defined(expansion, name);
	kept = vec_push(&expansion->calls);
	if (kept == NULL) {
		expansion->failed = true;
		return;
	}
	*kept = call;
	tag->callable = true;
}

/* Whether a text puts pieces around tags: under DEFINE only a rule's own text may. */
static bool
holds_modifier(const struct expansion *expansion, struct slice text)
{
	static const char *const words[] = { "pre ", "inter ", "post " };

	for (size_t i = 0; i < 3; i++) {
		struct slice mark = arena_printf(
		    expansion->arena, "%.*s%s", SLICE_ARG(expansion->tags->start), words[i]);

		if (mark.p == NULL || slice_find(text, 0, mark) < text.n)
			return true;
	}
	return false;
}

static struct slice
call_mark(struct expansion *expansion, struct slice name)
{
	struct buf out = { .arena = expansion->arena };

	buf_add_byte(&out, PERL_CALL_MARK);
	buf_add(&out, name);
	buf_add_byte(&out, PERL_CALL_MARK);
	return finish(expansion, &out);
}

/* What stands for a tag under DEFINE: its call, or its text with calls in it. */
static struct slice
tag_text(struct expansion *expansion, struct slice name, struct slice text)
{
	struct tag *tag = find_defined(expansion, name);
	bool first = tag == NULL;

	if (!first && tag->callable)
		return call_mark(expansion, name);
	if (first && (tag = vec_push(expansion->defined)) != NULL)
		*tag = (struct tag){ .name = name };
	if (tag == NULL || tag->busy || holds_modifier(expansion, text) ||
	    ++expansion->depth >= REPLACE_PASSES) {
		expansion->failed = true;
		return SLICE_ABSENT;
	}
	tag->busy = true;
	text = one_pass(expansion, arena_printf(expansion->arena, HEAD "%.*s", SLICE_ARG(text)));
	expansion->depth--;
	if (expansion->failed)
		return SLICE_ABSENT;
	text = slice_from(text, sizeof(HEAD) - 1);
	if (first)
		define(expansion, name, text);
	tag = find_defined(expansion, name);
	tag->busy = false;
	return tag->callable ? call_mark(expansion, name) : text;
}

/* One try under DEFINE. 1: done; 0: some tag was refused, try again; -1: not possible. */
static int
try_define(struct expansion *expansion, const struct perl_pattern *pattern, struct slice *pattern_r)
{
	struct perl_pattern body = *pattern;
	struct vec defined = VEC_OF(struct tag, expansion->arena);
	struct perl_facts facts;
	struct err err;
	int result = -1;

	expansion->defined = &defined;
	expansion->calls = VEC_OF(struct perl_call, expansion->arena);
	body.body = one_pass(
	    expansion, arena_printf(expansion->arena, HEAD "%.*s", SLICE_ARG(pattern->body)));
	if (expansion->failed)
		return -1;
	body.body = slice_from(body.body, sizeof(HEAD) - 1);
	if (holds_modifier(expansion, body.body))
		return -1;
	if (perl_regex_translate(expansion->arena, &body, expansion->calls.p, expansion->calls.n,
		false, pattern_r, &facts, &err))
		return facts.refers ? -1 : 1;
	for (size_t i = 0; i < expansion->calls.n; i++) {
		struct perl_call *call = vec_at(&expansion->calls, i);

		if (call->refused && map_add(expansion->refused, call->name, call))
			result = 0;
	}
	return result;
}

/* The form with calls; false: it would not mean the same. */
static bool
read_define(struct arena *arena, const struct replace_tags *tags,
    const struct perl_pattern *pattern, struct slice *pattern_r)
{
	struct expansion expansion = { .arena = arena,
		.tags = tags,
		.flags = pattern->flags,
		.refused = map_new(arena, MAP_EXACT, 0) };
	int result = 0;

	if (expansion.refused == NULL ||
	    slice_find_byte(pattern->body, 0, PERL_CALL_MARK) < pattern->body.n)
		return false;
	while (result == 0)
		result = try_define(&expansion, pattern, pattern_r);
	return result > 0;
}

bool
replace_tags_read(struct arena *arena, const struct replace_tags *tags, struct slice text,
    enum replace_form form, struct slice *pattern_r, struct err *err)
{
	struct perl_pattern pattern, expanded;
	struct perl_facts facts;
	struct slice in_place, called;

	err_set(err, "%s", "");
	if (!perl_regex_split(text, &pattern, err) ||
	    !perl_regex_translate(arena, &pattern, NULL, 0, false, pattern_r, &facts, err))
		return false;
	expanded = pattern;
	expanded.body = replace_tags_expand(arena, tags, pattern.body);
	if (expanded.body.p == NULL) {
		err_set(err, "the tags' texts make the pattern longer than %zu bytes",
		    REPLACE_TEXT_MAX);
		return true;
	}
	if (slice_eq(expanded.body, pattern.body) ||
	    !perl_regex_translate(arena, &expanded, NULL, 0, false, &in_place, &facts, err)) {
		err->column = 0;
		return true;
	}
	*pattern_r = in_place;
	if ((form == REPLACE_DEFINE || (form == REPLACE_AUTO && facts.cost > PERL_COST_MAX)) &&
	    read_define(arena, tags, &pattern, &called))
		*pattern_r = called;
	return true;
}
