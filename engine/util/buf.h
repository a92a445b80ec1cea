/*
 * buf.h - bytes that grow at the end, in an arena or on the heap
 *
 * In an arena, a buffer that cannot grow remembers it (`failed`) and ignores
 * what is added from then on; the arena's own flag tells the verdict. On the
 * heap (arena NULL) it never fails and must be cleared.
 *
 * SYNOPSIS
 *	struct buf out = { .arena = arena };
 *
 *	buf_add(&out, SLICE("score="));
 *	buf_printf(&out, "%d", 5);
 *	use(buf_slice(&out));
 */
#ifndef STEELYARD_ENGINE_UTIL_BUF_H
#define STEELYARD_ENGINE_UTIL_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

struct buf {
	struct arena *arena; /* NULL: the heap */
	char *p;
	size_t n;
	size_t room;
	bool failed;
};

void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for n more bytes, to be written there and counted into buf->n; NULL when failed. */
char *buf_reserve(struct buf *buf, size_t n);

/* These stand here, inline, for parsers that call them for each byte. */
static inline void
buf_add(struct buf *buf, struct slice s)
{
	char *p = s.n == 0 ? NULL : buf_reserve(buf, s.n);

	if (p == NULL)
		return;
	memcpy(p, s.p, s.n);
	buf->n += s.n;
}

static inline void
buf_add_byte(struct buf *buf, char c)
{
	if (buf->n < buf->room && !buf->failed)
		buf->p[buf->n++] = c;
	else
		buf_add(buf, (struct slice){ &c, 1 });
}

/* What is in it; good until the next change. */
struct slice buf_slice(const struct buf *buf);

/* The same with a NUL behind it; never NULL ("" when failed or empty). */
const char *buf_text(struct buf *buf);

/* Frees a heap buffer's bytes and empties it; in an arena it only empties. */
void buf_clear(struct buf *buf);

#endif
