/*
 * date.h - Date fields to seconds (RFC 5322, 3.3 and 4.3)
 */
#ifndef STEELYARD_ENGINE_MIME_DATE_H
#define STEELYARD_ENGINE_MIME_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/util/slice.h"

/*
 * Reads the first date in `text` (an unfolded Date or Received value) into
 * seconds since 1970-01-01 00:00 UTC, from 1970 to 2037. Returns false when
 * none can be read. Tolerant as SpamAssassin is: see date.c.
 */
bool date_parse(struct slice text, int64_t *epoch_r);

#endif
