/*
 * authres_write.h - our own Authentication-Results field (RFC 8601)
 */
#ifndef STEELYARD_ENGINE_AUTH_AUTHRES_WRITE_H
#define STEELYARD_ENGINE_AUTH_AUTHRES_WRITE_H

#include "engine/auth/authentication.h"
#include "engine/util/arena.h"

/* The longest value of a property that is told; what is longer is cut. */
#define AUTHRES_VALUE_MAX 320
/* Signatures that are told of, as many as are verified. */
#define AUTHRES_SIGNATURES_MAX 8
/* What is told of a signature's b=: enough to tell it from its like (RFC 6008, 4). */
#define AUTHRES_B_MIN 8

/*
 * The field's value, folds LF and a tab: one result a line. Whatever bytes the
 * message held, what comes out is printable ASCII and reads as RFC 8601, 2.2
 * has it. Absent at the arena's cap.
 */
struct slice
authres_write(struct arena *arena, struct slice authserv_id, const struct authentication *found);

#endif
