/*
 * converters.h - the charset converters of a scan slot, opened by fixed names
 *
 * Opened before privileges drop: iconv_open reads modules from disk. No name
 * comes from a message; all stand in engine/mime/charset.def.
 */
#ifndef STEELYARD_MILTER_CONVERTERS_H
#define STEELYARD_MILTER_CONVERTERS_H

#include "engine/mime/charset.h"

/* A set for one thread at a time. Never NULL; a charset that the system lacks is (iconv_t)-1. */
struct converters *converters_open(void);

/* Closes them all and nulls *converters; NULL inside is fine. */
void converters_close(struct converters **converters);

#endif
