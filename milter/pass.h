/*
 * pass.h - a message with a verdict's fields put into it, for filters in a pipe
 */
#ifndef STEELYARD_MILTER_PASS_H
#define STEELYARD_MILTER_PASS_H

#include "engine/envelope.h"
#include "engine/policy.h"
#include "engine/util/buf.h"
#include "engine/util/slice.h"
#include "engine/verdict.h"

/* Where a message and its verdict come from. */
struct pass_source {
	struct slice bytes;
	const struct policy *policy;
	const struct envelope *envelope;
	const struct verdict *verdict;
};

/*
 * Writes the message to out with the verdict's fields on top, behind a leading
 * mbox "From " line and Return-Path. Incoming fields of the names that the
 * policy adds, any X-Spam-*, and where authentication was worked out the
 * Authentication-Results of authres_ours.h are left out; the Subject is the
 * verdict's when it has one. Added lines end as the message's first line
 * does. The rest is byte for byte what came.
 */
void pass_message(struct buf *out, const struct pass_source *source);

#endif
