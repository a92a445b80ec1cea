/*
 * authserv.h - who an Authentication-Results field says wrote it (RFC 8601, 2.5)
 */
#ifndef STEELYARD_ENGINE_MIME_AUTHSERV_H
#define STEELYARD_ENGINE_MIME_AUTHSERV_H

#include <stdbool.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* A longer name is nobody's. */
#define AUTHSERV_MAX 512

/*
 * The authserv-id that a field's value begins with, folded or not, without its
 * quotes; comments before it are passed over, and what follows is not read.
 * Absent: none, or one of more than AUTHSERV_MAX bytes.
 */
struct slice authserv_of(struct arena *arena, struct slice value);

/*
 * Whether two such names are one: any case, a dot at the end or not, U-labels
 * and A-labels alike (RFC 8601, 2.5 and 5).
 */
bool authserv_same(struct arena *arena, struct slice a, struct slice b);

#endif
