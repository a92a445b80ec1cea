/*
 * pass.c - a message with a verdict's fields put into it
 *
 * The header is walked line by line over the bytes as they came, not over the
 * parsed message, so that what is not ours to change cannot change. It ends
 * at the first line that is neither field nor continuation. When a message has
 * no header at all, an empty line goes between our fields and its first line,
 * or that line would be read as part of them.
 *
 * A field's name: printable ASCII up to the colon (RFC 5322, 2.2), blanks
 * before the colon allowed (RFC 5322, 4.5).
 */
#include "config.h"

#include "milter/pass.h"

#include "engine/auth/authentication.h"
#include "engine/util/arena.h"
#include "engine/util/ascii.h"
#include "milter/authres_ours.h"

/* What the name in one field may take while it is compared. */
#define AUTHRES_ARENA_MAX ((size_t)64 * 1024)

struct walk {
	struct slice rest;
	struct slice line_end; /* "\n" or "\r\n" */
};

/* The first line of s with its line end. */
static struct slice
whole_line(struct slice s)
{
	return slice_cut(s, 0, slice_find_byte(s, 0, '\n') + 1);
}

static bool
is_empty_line(struct slice s)
{
	return slice_starts(s, SLICE("\n")) || slice_starts(s, SLICE("\r\n"));
}

static struct slice
line_end_of(struct slice bytes)
{
	return slice_ends(whole_line(bytes), SLICE("\r\n")) ? SLICE("\r\n") : SLICE("\n");
}

/* The name of the field that begins the line; absent: none does. */
static struct slice
field_name(struct slice line)
{
	size_t n = 0;
	struct slice name;

	while (n < line.n && line.p[n] > ' ' && line.p[n] < 0x7f && line.p[n] != ':')
		n++;
	name = slice_cut(line, 0, n);
	while (n < line.n && ascii_is_blank(line.p[n]))
		n++;
	return name.n > 0 && n < line.n && line.p[n] == ':' ? name : SLICE_ABSENT;
}

/* Takes the next field, continuations included; false, nothing taken, at the header's end. */
static bool
next_field(struct walk *walk, struct slice *name_r, struct slice *field_r)
{
	struct slice line = whole_line(walk->rest), rest = slice_from(walk->rest, line.n);

	*name_r = field_name(line);
	if (name_r->p == NULL)
		return false;
	while (rest.n > 0 && ascii_is_blank(rest.p[0]))
		rest = slice_from(rest, whole_line(rest).n);
	*field_r = slice_cut(walk->rest, 0, walk->rest.n - rest.n);
	walk->rest = rest;
	return true;
}

/* Whether an Authentication-Results field must go before ours comes. */
static bool
is_our_authres(const struct pass_source *source, struct slice field)
{
	struct arena *arena = arena_new(AUTHRES_ARENA_MAX);
	struct slice value = slice_from(field, slice_find_byte(field, 0, ':') + 1);
	bool ours = authres_is_ours(arena, source->policy, source->envelope, value) ||
		    arena_overflowed(arena);

	arena_free(&arena);
	return ours;
}

static bool
is_ours(const struct pass_source *source, struct slice name, struct slice field)
{
	const struct policy *policy = source->policy;

	for (size_t i = 0; i < policy->field_count; i++)
		if (slice_ieq(name, policy->fields[i].name))
			return true;
	if (policy->auth_field && source->verdict->auth.known && slice_ieq(name, AUTHRES_FIELD))
		return is_our_authres(source, field);
	return slice_istarts(name, SLICE("X-Spam-"));
}

/* A field that we add: folds are LF and a tab in the verdict. */
static void
add_field(struct buf *out, struct slice name, struct slice value, struct slice line_end)
{
	struct slice line;

	buf_add(out, name);
	buf_add(out, SLICE(": "));
	while (slice_next_line(&value, &line)) {
		buf_add(out, line);
		if (value.n > 0)
			buf_add(out, line_end);
	}
	buf_add(out, line_end);
}

static void
add_fields(struct buf *out, const struct verdict *verdict, struct slice line_end)
{
	for (size_t i = 0; i < verdict->field_count; i++)
		add_field(out, verdict->fields[i].name, verdict->fields[i].value, line_end);
}

/* What stays above our fields: the mbox line and Return-Path. */
static void
add_top(struct buf *out, struct walk *walk)
{
	struct slice name, field;
	struct walk ahead;

	if (slice_starts(walk->rest, SLICE("From "))) {
		struct slice line = whole_line(walk->rest);

		buf_add(out, line);
		walk->rest = slice_from(walk->rest, line.n);
	}
	ahead = *walk;
	if (next_field(&ahead, &name, &field) && slice_ieq(name, SLICE("Return-Path"))) {
		buf_add(out, field);
		*walk = ahead;
	}
}

/* Ends the last line if the bytes so far do not: a header that stops in the middle. */
static void
end_line(struct buf *out, struct slice line_end)
{
	if (out->n > 0 && out->p[out->n - 1] != '\n')
		buf_add(out, line_end);
}

/* Which of the verdict's rewritten fields come next; they stand in the header's order. */
struct rewriting {
	const struct verdict *verdict;
	size_t at;
	struct slice subject; /* the new Subject of action subject; absent: taken, or none */
};

/* The new value of a field; absent: it stays. */
static struct slice
rewritten(struct rewriting *rewriting, struct slice name)
{
	const struct verdict *verdict = rewriting->verdict;
	struct slice subject = rewriting->subject;

	if (rewriting->at < verdict->rewrite_count && verdict->rewrites[rewriting->at].index > 0 &&
	    slice_ieq(verdict->rewrites[rewriting->at].name, name))
		return verdict->rewrites[rewriting->at++].value;
	if (subject.p == NULL || !slice_ieq(name, SLICE("Subject")))
		return SLICE_ABSENT;
	rewriting->subject = SLICE_ABSENT;
	return slice_trim(subject);
}

/* Copies the header's fields but ours, those that change with their new values. */
static void
copy_fields(struct buf *out, struct walk *walk, const struct pass_source *source,
    struct rewriting *rewriting)
{
	struct slice name, field, value;

	while (next_field(walk, &name, &field)) {
		if (is_ours(source, name, field))
			continue;
		value = rewritten(rewriting, name);
		if (value.p == NULL)
			buf_add(out, field);
		else
			add_field(out, name, value, walk->line_end);
	}
}

/* What goes below the header's own fields. */
static void
add_below(struct buf *out, const struct rewriting *rewriting, struct slice line_end)
{
	const struct verdict *verdict = rewriting->verdict;

	if (rewriting->subject.p != NULL || verdict->rewrite_count > 0)
		end_line(out, line_end);
	if (rewriting->subject.p != NULL)
		add_field(out, SLICE("Subject"), slice_trim(rewriting->subject), line_end);
	for (size_t i = rewriting->at; i < verdict->rewrite_count; i++) {
		if (verdict->rewrites[i].index == 0)
			add_field(
			    out, verdict->rewrites[i].name, verdict->rewrites[i].value, line_end);
	}
	for (size_t i = 0; i < verdict->previous_count; i++)
		add_field(out, verdict->previous[i].name, verdict->previous[i].value, line_end);
}

void
pass_message(struct buf *out, const struct pass_source *source)
{
	struct walk walk = { .rest = source->bytes, .line_end = line_end_of(source->bytes) };
	struct rewriting rewriting = { source->verdict, 0, source->verdict->subject };
	size_t header_from;

	add_top(out, &walk);
	end_line(out, walk.line_end);
	add_fields(out, source->verdict, walk.line_end);
	header_from = walk.rest.n;
	copy_fields(out, &walk, source, &rewriting);
	add_below(out, &rewriting, walk.line_end);
	if (walk.rest.n == header_from && walk.rest.n > 0 && !is_empty_line(walk.rest))
		buf_add(out, walk.line_end);
	buf_add(out, walk.rest);
}
