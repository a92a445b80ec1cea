/*
 * ctype.h - Content-Type and other fields of the form "value; name=value" (RFC 2045, 5.1; RFC 2231)
 */
#ifndef STEELYARD_ENGINE_MIME_CTYPE_H
#define STEELYARD_ENGINE_MIME_CTYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/util/arena.h"
#include "engine/util/slice.h"

struct content_type {
	struct slice full; /* "text/plain", lower case */
	struct slice type; /* "text" */
	struct slice subtype; /* "plain" */
	struct slice charset; /* as declared, lower case; absent: none */
	struct slice boundary; /* absent: none */
	struct slice name; /* name=, RFC 2231 and 2047 undone; absent: none */
	bool declared; /* there was a Content-Type that could be read */
};

#endif
