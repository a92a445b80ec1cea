/*
 * mail_scan.h - addresses that stand in a text, as lists of their hashes want them
 */
#ifndef STEELYARD_ENGINE_RULES_MAIL_SCAN_H
#define STEELYARD_ENGINE_RULES_MAIL_SCAN_H

#include <stdbool.h>

#include "engine/mime/boundary.h"
#include "engine/util/slice.h"

/* Before the @, and labels of the host behind it (its top-level domain counts). */
#define MAIL_SCAN_LOCAL_MAX 64
#define MAIL_SCAN_LABELS_MAX 5

struct mail_scanner {
	struct slice text;
	const struct boundaries *boundaries;
	bool without_uris; /* what stands in a URI is none */
	bool without_quotes; /* nor what stands in <>, or before "wrote:" */
	size_t at;
};

/* The next one, a slice of the text; false: there is no further one. */
bool mail_scan_next(struct mail_scanner *scanner, struct slice *address_r);

#endif
