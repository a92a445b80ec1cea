/*
 * inflate.c - the one file that knows zlib
 *
 * The room that is inflated into is the size that was signed and not a byte more, so a bomb
 * stops there; what ends early, late or with anything behind it is refused. All that fails
 * here for want of memory ends the program.
 */
#include "shared-sync/inflate.h"

#include <limits.h>
#include <stdlib.h>

#include <zlib.h>

/* zlib wants somewhere to write even where nothing may be written. */
static char nowhere[1];

static bool
inflate_into(struct slice packed, size_t raw_size, char *room)
{
	z_stream stream = {
		.next_in = (Bytef *)packed.p,
		.avail_in = (uInt)packed.n,
		.next_out = (Bytef *)(raw_size == 0 ? nowhere : room),
		.avail_out = (uInt)raw_size,
	};
	int ended;

	if (inflateInit(&stream) != Z_OK)
		abort();
	ended = inflate(&stream, Z_FINISH);
	inflateEnd(&stream);
	return ended == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
}

bool
inflate_whole(struct slice packed, size_t raw_size, struct buf *out)
{
	char *room;

	if (packed.n == 0 || packed.n > UINT_MAX || raw_size > UINT_MAX)
		return false;
	room = buf_reserve(out, raw_size);
	if (!inflate_into(packed, raw_size, room))
		return false;
	out->n += raw_size;
	return true;
}

void
deflate_whole(struct slice raw, struct buf *out)
{
	uLongf n = compressBound((uLong)raw.n);
	char *room = buf_reserve(out, n);

	if (compress2((Bytef *)room, &n, (const Bytef *)(raw.n == 0 ? nowhere : raw.p),
		(uLong)raw.n, Z_BEST_COMPRESSION) != Z_OK)
		abort();
	out->n += n;
}
