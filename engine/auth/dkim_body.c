/*
 * dkim_body.c - the hashes of a message's body that its signatures ask for
 *
 * Each canonicalisation that somebody wants is one walk over the body, line
 * by line; what it writes goes to one running digest for each algorithm. A
 * shorter length is where that digest is copied and ended, so that fifty
 * lengths cost hardly more than one.
 *
 * Line ends may be CRLF or LF and are hashed as CRLF; a last line without one
 * gets one. The budget is asked every BUDGET_BYTES.
 */
#include "engine/auth/dkim_body.h"

#include <stdlib.h>

#include "engine/util/ascii.h"
#include "engine/util/vec.h"

#define HASHES 2 /* SHA-1, SHA-256 */

struct dkim_body {
	struct arena *arena;
	struct slice bytes;
	bool cut; /* there was more */
	struct vec wanted; /* struct dkim_body_hash * */
};

/* One algorithm over one canonical body. */
struct stream {
	struct crypto_digest digest;
	uint64_t at;
	struct dkim_body_hash **wants; /* by length */
	size_t n, next;
};

/* A canonical body on its way into its digests. */
struct sink {
	struct stream streams[HASHES];
	uint64_t blank_lines; /* held back: they count only if a line follows */
	bool begun; /* something was written */
	size_t n;
	char bytes[4096];
};

struct dkim_body *
dkim_body_new(struct arena *arena, struct slice bytes)
{
	struct dkim_body *body = arena_alloc(arena, sizeof(*body));

	if (body == NULL)
		return NULL;
	body->arena = arena;
	body->bytes = bytes;
	body->wanted = VEC_OF(struct dkim_body_hash *, arena);
	return body;
}

static struct dkim_body_hash *
wanted_at(const struct dkim_body *body, size_t i)
{
	return *(struct dkim_body_hash **)vec_at(&body->wanted, i);
}

const struct dkim_body_hash *
dkim_body_want(
    struct dkim_body *body, enum dkim_canon canon, enum crypto_hash hash, uint64_t length)
{
	struct dkim_body_hash *want, **place;

	for (size_t i = 0; i < body->wanted.n; i++) {
		want = wanted_at(body, i);
		if (want->canon == canon && want->hash == hash && want->length == length)
			return want;
	}
	want = arena_alloc(body->arena, sizeof(*want));
	place = want == NULL ? NULL : vec_push(&body->wanted);
	if (place == NULL)
		return NULL;
	*want = (struct dkim_body_hash){ .canon = canon, .hash = hash, .length = length };
	*place = want;
	return want;
}

static void
want_end(struct dkim_body_hash *want, struct crypto_digest digest)
{
	want->n = crypto_digest_end(&digest, want->bytes).n;
	want->made = true;
}

static void
stream_add(struct stream *stream, struct slice bytes)
{
	while (stream->next < stream->n &&
	       stream->wants[stream->next]->length - stream->at <= bytes.n) {
		struct dkim_body_hash *want = stream->wants[stream->next++];
		size_t n = (size_t)(want->length - stream->at);

		crypto_digest_add(&stream->digest, slice_cut(bytes, 0, n));
		stream->at += n;
		bytes = slice_from(bytes, n);
		want_end(want, stream->digest);
	}
	if (stream->next < stream->n)
		crypto_digest_add(&stream->digest, bytes);
	stream->at += bytes.n;
}

/* The body is over: who wanted the whole has it, who wanted more does not. */
static void
stream_end(struct stream *stream)
{
	for (; stream->next < stream->n; stream->next++) {
		struct dkim_body_hash *want = stream->wants[stream->next];

		want->too_short = want->length != DKIM_WHOLE_BODY;
		want_end(want, stream->digest);
	}
}

static void
sink_flush(struct sink *sink)
{
	for (size_t i = 0; i < HASHES; i++)
		stream_add(&sink->streams[i], (struct slice){ sink->bytes, sink->n });
	sink->n = 0;
}

static void
sink_add(struct sink *sink, struct slice bytes)
{
	sink->begun = true;
	if (bytes.n > sizeof(sink->bytes) - sink->n)
		sink_flush(sink);
	if (bytes.n > sizeof(sink->bytes)) {
		for (size_t i = 0; i < HASHES; i++)
			stream_add(&sink->streams[i], bytes);
		return;
	}
	memcpy(sink->bytes + sink->n, bytes.p, bytes.n);
	sink->n += bytes.n;
}

static void
sink_blank_lines(struct sink *sink)
{
	for (; sink->blank_lines > 0; sink->blank_lines--)
		sink_add(sink, SLICE("\r\n"));
}

static size_t
skip_blanks(struct slice text, size_t at)
{
	while (at < text.n && ascii_is_blank(text.p[at]))
		at++;
	return at;
}

static size_t
skip_word(struct slice text, size_t at)
{
	while (at < text.n && !ascii_is_blank(text.p[at]))
		at++;
	return at;
}

/* A line without its end, runs of blanks one space, those at its end left out. */
static void
relax_line(struct sink *sink, struct slice line)
{
	size_t at = 0;

	while (at < line.n) {
		size_t from = skip_blanks(line, at);
		size_t to = skip_word(line, from);

		if (from > at)
			sink_add(sink, SLICE(" "));
		sink_add(sink, slice_cut(line, from, to));
		at = to;
	}
}

static void
sink_line(struct sink *sink, enum dkim_canon canon, struct slice line)
{
	if (canon == DKIM_RELAXED)
		while (line.n > 0 && ascii_is_blank(line.p[line.n - 1]))
			line.n--;
	if (line.n == 0) {
		sink->blank_lines++;
		return;
	}
	sink_blank_lines(sink);
	if (canon == DKIM_RELAXED)
		relax_line(sink, line);
	else
		sink_add(sink, line);
	sink_add(sink, SLICE("\r\n"));
}

static int
compare_lengths(const void *a, const void *b)
{
	const struct dkim_body_hash *const *left = a, *const *right = b;

	return ((*left)->length > (*right)->length) - ((*left)->length < (*right)->length);
}

/* Gathers what is still wanted of one algorithm over one canonical body. */
static void
stream_begin(
    struct stream *stream, struct dkim_body *body, enum dkim_canon canon, enum crypto_hash hash)
{
	stream->digest = crypto_digest_begin(hash);
	stream->wants = arena_array(body->arena, body->wanted.n + 1, sizeof(*stream->wants));
	for (size_t i = 0; stream->wants != NULL && i < body->wanted.n; i++) {
		struct dkim_body_hash *want = wanted_at(body, i);

		if (want->canon == canon && want->hash == hash && !want->made)
			stream->wants[stream->n++] = want;
	}
	if (stream->n > 0)
		qsort(stream->wants, stream->n, sizeof(*stream->wants), compare_lengths);
}

/* False: the budget is spent. */
static bool
walk(struct sink *sink, enum dkim_canon canon, struct slice body, const struct budget *budget)
{
	struct slice rest = body, line;
	size_t ask_at = body.n;

	while (slice_next_line(&rest, &line)) {
		sink_line(sink, canon, line);
		if (ask_at - rest.n >= BUDGET_BYTES) {
			if (budget_spent(budget))
				return false;
			ask_at = rest.n;
		}
	}
	if (canon == DKIM_SIMPLE && !sink->begun)
		sink_add(sink, SLICE("\r\n"));
	sink_flush(sink);
	return true;
}

static void
run_canon(struct dkim_body *body, enum dkim_canon canon, const struct budget *budget)
{
	struct sink sink = { .n = 0 };

	stream_begin(&sink.streams[0], body, canon, CRYPTO_SHA1);
	stream_begin(&sink.streams[1], body, canon, CRYPTO_SHA256);
	if (sink.streams[0].n + sink.streams[1].n == 0)
		return;
	if (!walk(&sink, canon, body->bytes, budget) || body->cut)
		return;
	for (size_t i = 0; i < HASHES; i++)
		stream_end(&sink.streams[i]);
}

void
dkim_body_cut(struct dkim_body *body)
{
	body->cut = true;
}

void
dkim_body_run(struct dkim_body *body, const struct budget *budget)
{
	run_canon(body, DKIM_SIMPLE, budget);
	run_canon(body, DKIM_RELAXED, budget);
}
