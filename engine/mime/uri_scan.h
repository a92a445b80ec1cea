/*
 * uri_scan.h - finding URIs in text: with a scheme, "www.", mail addresses and bare host names
 *
 * SYNOPSIS
 *	struct uri_scanner scanner = { .text = text };
 *	struct slice found;
 *
 *	while (uri_scan_next(&scanner, arena, &found))
 *		use(found);
 */
#ifndef STEELYARD_ENGINE_MIME_URI_SCAN_H
#define STEELYARD_ENGINE_MIME_URI_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/mime/boundary.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

struct uri_scanner {
	struct slice text; /* UTF-8, set by the caller, as is this one: */
	const struct boundaries *boundaries;
	/* zero at first: */
	size_t at;
	bool schemeless; /* of what was found: it stood there without a scheme */
	bool unlinked; /* and was nothing but a host */
	size_t run_end; /* of the run without delimiters in which `at` stands */
};

/*
 * The next candidate, its scheme put in front where it had none, closing
 * punctuation dropped. Whether its host can exist is for the caller to ask.
 * False at the end, and at the arena's cap.
 */
bool uri_scan_next(struct uri_scanner *scanner, struct arena *arena, struct slice *uri_r);

#endif
