/*
 * buf.c - bytes that grow at the end
 *
 * Room doubles, so that adding is linear; who asks for more than that at once
 * gets what was asked for.
 *
 * Limit: none of its own; the arena's cap bounds a buffer that lives there.
 */
#include "engine/util/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64

char *
buf_reserve(struct buf *buf, size_t n)
{
	size_t room;
	char *p;

	if (buf->failed)
		return NULL;
	if (buf->p != NULL && n <= buf->room - buf->n)
		return buf->p + buf->n;
	if (n > SIZE_MAX / 2 - buf->n) {
		buf->failed = true;
		return NULL;
	}
	room = buf->room < ROOM_FIRST / 2 ? ROOM_FIRST : 2 * buf->room;
	if (room < buf->n + n)
		room = buf->n + n;
	p = buf->arena != NULL ? arena_grow(buf->arena, buf->p, buf->room, room)
			       : realloc(buf->p, room);
	if (p == NULL && buf->arena == NULL)
		abort();
	if (p == NULL) {
		buf->failed = true;
		return NULL;
	}
	buf->p = p;
	buf->room = room;
	return p + buf->n;
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	char *p;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(n >= 0);
	p = buf_reserve(buf, (size_t)n + 1);
	if (p == NULL)
		return;
	va_start(args, format);
	vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	buf->n += (size_t)n;
}

struct slice
buf_slice(const struct buf *buf)
{
	return (struct slice){ buf->p == NULL ? "" : buf->p, buf->n };
}

const char *
buf_text(struct buf *buf)
{
	char *p = buf_reserve(buf, 1);

	if (p == NULL)
		return "";
	*p = '\0';
	return buf->p;
}

void
buf_clear(struct buf *buf)
{
	if (buf->arena == NULL)
		free(buf->p);
	*buf = (struct buf){ .arena = buf->arena };
}
