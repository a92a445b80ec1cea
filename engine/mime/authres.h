/*
 * authres.h - what an Authentication-Results field says (RFC 8601), or its ARC twin (RFC 8617)
 */
#ifndef STEELYARD_ENGINE_MIME_AUTHRES_H
#define STEELYARD_ENGINE_MIME_AUTHRES_H

#include <stdbool.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

struct authres_result {
	struct slice method; /* "dkim", lower case, one that authres.c knows */
	struct slice result; /* "pass", as written, one that the method may have */
};

struct authres {
	struct slice authserv; /* who says so, as written */
	struct vec results; /* struct authres_result, in order */
};

/*
 * Reads the value of an unfolded field; `arc`: of ARC-Authentication-Results.
 * False: a part of it cannot be read or is not known, so none of it counts;
 * so it is when a method is "none".
 */
bool authres_parse(struct arena *arena, struct slice value, bool arc, struct authres *authres_r);

#endif
