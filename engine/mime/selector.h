/*
 * selector.h - header selectors: "Subject", "From:addr", "ALL", "X-Spam-Relays-Untrusted"
 *
 * Names and modifiers are SpamAssassin's (:raw :addr :name :host :domain :ip
 * :revip :first :last; ALL ToCc EnvelopeFrom MESSAGEID, X-Spam-Relays-*, ALL-TRUSTED
 * and its kin). Compiled once with the ruleset; read for each message.
 */
#ifndef STEELYARD_ENGINE_MIME_SELECTOR_H
#define STEELYARD_ENGINE_MIME_SELECTOR_H

#include <stdbool.h>

#include "engine/envelope.h"
#include "engine/mime/boundary.h"
#include "engine/mime/charset.h"
#include "engine/mime/message.h"
#include "engine/mime/relays.h"
#include "engine/util/arena.h"
#include "engine/util/err.h"
#include "engine/util/slice.h"

struct selector;

/* What a selector reads from. */
struct selector_source {
	const struct message *message;
	const struct relays *relays;
	const struct envelope *envelope;
	struct converters *converters;
	const struct boundaries *boundaries;
	struct slice envelope_sender_header; /* see struct policy */
	struct slice
	    *values; /* of the message's fields, as far as they were read; NULL: not kept */
};

/* Compiles `text`; NULL with *err for an unknown modifier or a bad name. Lives in the arena. */
struct selector *selector_compile(struct arena *arena, struct slice text, struct err *err);

/* Reads it into the arena. Returns false, and an absent slice, when there is no such field. */
bool selector_read(const struct selector *selector, struct arena *arena,
    const struct selector_source *source, struct slice *value_r);

#endif
