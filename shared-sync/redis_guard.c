/*
 * redis_guard.c - looks at what a Redis sends before any parser does
 *
 * A machine of four states (a type byte, a line, its LF, a bulk's bytes). Open arrays
 * are a stack of how many replies each still wants. All that could make a parser allocate is
 * judged by what a header promises, not by what has come: so a promise of 2^60 bytes fails at
 * its digits. Grammar: RESP2 of https://redis.io/docs/latest/develop/reference/protocol-spec/,
 * more strictly than Redis's own clients read it.
 */
#include "config.h"

#include "shared-sync/redis_guard.h"

#include "engine/util/ascii.h"

/* Digits of a 64-bit number. */
#define DIGITS_MAX 19

enum {
	STATE_TYPE,
	STATE_LINE,
	STATE_LINE_END, /* a CR was there, an LF must come */
	STATE_BULK,
	STATE_OVERSIZED,
	STATE_BROKEN,
};

static bool
oversized(struct redis_guard *guard, const char *why)
{
	guard->why = why;
	guard->state = STATE_OVERSIZED;
	return false;
}

static bool
broken(struct redis_guard *guard, const char *why)
{
	guard->why = why;
	guard->state = STATE_BROKEN;
	return false;
}

/* One reply is complete: so may be the arrays around it. Returns false when all is. */
static bool
guard_close(struct redis_guard *guard)
{
	guard->state = STATE_TYPE;
	while (guard->depth > 0 && --guard->left[guard->depth - 1] == 0)
		guard->depth--;
	return guard->depth > 0;
}

static bool
guard_type(struct redis_guard *guard, char c)
{
	if (c != '+' && c != '-' && c != ':' && c != '$' && c != '*')
		return broken(guard, "a reply of an unknown type");
	/* What an array has promised was counted with it. */
	if (guard->depth == 0)
		guard->values = 1;
	guard->type = c;
	guard->line = 0;
	guard->number = 0;
	guard->negative = false;
	guard->state = STATE_LINE;
	return true;
}

/* A byte of ":-12", "$5" or "*3". */
static bool
guard_digit(struct redis_guard *guard, char c)
{
	if (guard->line == 0 && c == '-') {
		guard->negative = true;
	} else if (!ascii_is_digit(c)) {
		return broken(guard, "a number with something else in it");
	} else if (guard->number == 0 && guard->line > 0 && (c == '0' || !guard->negative)) {
		return broken(guard, "a number that begins with a zero");
	} else if (guard->line - guard->negative >= DIGITS_MAX) {
		return guard->type == ':' ? broken(guard, "a number that is too long")
					  : oversized(guard, "a length of too many digits");
	} else {
		guard->number = guard->number * 10 + (uint64_t)(c - '0');
	}
	guard->line++;
	return true;
}

static bool
guard_line_byte(struct redis_guard *guard, char c)
{
	if (c == '\r') {
		guard->state = STATE_LINE_END;
		return true;
	}
	if (guard->type != '+' && guard->type != '-')
		return guard_digit(guard, c);
	if (c == '\n')
		return broken(guard, "a line that ends without a CR");
	if (++guard->line > REDIS_LINE_MAX)
		return oversized(guard, "a line over its limit");
	return true;
}

static bool
guard_bulk_starts(struct redis_guard *guard)
{
	if (guard->number > REDIS_BULK_MAX)
		return oversized(guard, "a bulk string over its limit");
	guard->bulk = (size_t)guard->number + 2;
	if (guard->bulk > REDIS_REPLY_MAX - guard->reply_bytes)
		return oversized(guard, "a reply over its limit");
	guard->state = STATE_BULK;
	return true;
}

/* Returns false when the reply is complete or refused. */
static bool
guard_array_starts(struct redis_guard *guard)
{
	if (guard->number > REDIS_ARRAY_MAX)
		return oversized(guard, "an array over its limit");
	if (guard->depth == REDIS_NESTING_MAX)
		return oversized(guard, "arrays nested over their limit");
	if (guard->number == 0)
		return guard_close(guard);
	guard->values += (size_t)guard->number;
	if (guard->values > REDIS_VALUES_MAX)
		return oversized(guard, "a reply of too many values");
	guard->left[guard->depth++] = guard->number;
	guard->state = STATE_TYPE;
	return true;
}

/* The line of a reply is complete. */
static bool
guard_line_end(struct redis_guard *guard, char c)
{
	if (c != '\n')
		return broken(guard, "a CR without an LF");
	if (guard->type == '+' || guard->type == '-')
		return guard_close(guard);
	if (guard->line == (guard->negative ? 1U : 0U))
		return broken(guard, "a number without digits");
	if (guard->type == ':' && guard->number > INT64_MAX)
		return broken(guard, "a number that is too large");
	if (guard->type == ':')
		return guard_close(guard);
	if (guard->negative && guard->number != 1)
		return broken(guard, "a negative length");
	if (guard->negative)
		return guard_close(guard);
	return guard->type == '$' ? guard_bulk_starts(guard) : guard_array_starts(guard);
}

/* Takes up to n bytes of a bulk string, its CR and LF the last; how many it took. */
static size_t
guard_bulk(struct redis_guard *guard, const char *p, size_t n)
{
	size_t take = 1;

	if (guard->bulk > 2) {
		take = n < guard->bulk - 2 ? n : guard->bulk - 2;
	} else if (*p != (guard->bulk == 2 ? '\r' : '\n')) {
		broken(guard, "a bulk string that does not end where it said");
		return 0;
	}
	guard->bulk -= take;
	return take;
}

static bool
guard_byte(struct redis_guard *guard, char c)
{
	switch (guard->state) {
	case STATE_TYPE:
		return guard_type(guard, c);
	case STATE_LINE:
		return guard_line_byte(guard, c);
	case STATE_LINE_END:
		return guard_line_end(guard, c);
	default:
		return false;
	}
}

static enum redis_guard_verdict
guard_stopped(struct redis_guard *guard)
{
	if (guard->state == STATE_OVERSIZED)
		return REDIS_GUARD_OVERSIZED;
	if (guard->state == STATE_BROKEN)
		return REDIS_GUARD_BROKEN;
	guard->reply_bytes = 0;
	return REDIS_GUARD_WHOLE;
}

enum redis_guard_verdict
redis_guard_scan(struct redis_guard *guard, struct slice bytes, size_t *used_r)
{
	*used_r = 0;
	if (guard->state == STATE_OVERSIZED || guard->state == STATE_BROKEN)
		return guard_stopped(guard);
	while (*used_r < bytes.n) {
		size_t took = 1;
		bool goes_on = true;

		if (guard->state == STATE_BULK) {
			took = guard_bulk(guard, bytes.p + *used_r, bytes.n - *used_r);
			if (took > 0 && guard->bulk == 0)
				goes_on = guard_close(guard);
			goes_on = goes_on && took > 0;
		} else {
			goes_on = guard_byte(guard, bytes.p[*used_r]);
			if (goes_on && guard->reply_bytes >= REDIS_REPLY_MAX)
				goes_on = oversized(guard, "a reply over its limit");
		}
		if (guard->state == STATE_OVERSIZED || guard->state == STATE_BROKEN)
			return guard_stopped(guard);
		*used_r += took;
		guard->reply_bytes += took;
		if (!goes_on)
			return guard_stopped(guard);
	}
	return REDIS_GUARD_MORE;
}
