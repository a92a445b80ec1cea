/*
 * redis_reader.h - commands and replies as bytes: hiredis behind the guard
 *
 * The only user of hiredis is its .c, and hiredis sees no byte that the guard has not seen.
 */
#ifndef STEELYARD_SHARED_SYNC_REDIS_READER_H
#define STEELYARD_SHARED_SYNC_REDIS_READER_H

#include <stddef.h>

#include "engine/util/buf.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"
#include "shared-sync/link_outcome.h"
#include "shared-sync/redis_reply.h"

/* Arguments of a command. */
#define REDIS_ARGS_MAX 64

/* Appends a command as it is sent. */
void redis_command_write(const struct slice *args, size_t count, struct buf *out);

/* Reads one reply. Never NULL. */
struct redis_reader *redis_reader_new(void);

/* Frees it and nulls *reader; NULL inside is fine. */
void redis_reader_free(struct redis_reader **reader);

/*
 * Takes the bytes that came next. LINK_OK: *reply_r is the reply, or NULL while it goes on;
 * LINK_OVERSIZED or LINK_PROTOCOL with *err, and the reader is of no more use. Bytes
 * behind the reply are an error: nobody asked for them.
 */
enum link_outcome redis_reader_feed(
    struct redis_reader *reader, struct slice bytes, struct redis_reply **reply_r, struct err *err);

#endif
