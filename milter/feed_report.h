/*
 * feed_report.h - how channels stand, for people and programs: `steelyard feed status`
 *
 * As text a line for each channel, and below it one for each rule that is refused, in shadow or has
 * hit; foreign bytes are escaped as in log lines. As JSON an array of objects on one line.
 */
#ifndef STEELYARD_MILTER_FEED_REPORT_H
#define STEELYARD_MILTER_FEED_REPORT_H

#include <stdbool.h>

#include "engine/util/buf.h"
#include "milter/feed_channel.h"

void feed_report_begin(bool json, struct buf *out);
void feed_report_channel(struct feed_channel *channel, bool json, bool first, struct buf *out);

/* `count`: how many there were. */
void feed_report_end(bool json, size_t count, struct buf *out);

#endif
