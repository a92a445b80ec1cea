/*
 * selector_pick.h - what a selector's modifiers pick out of a field's value
 */
#ifndef STEELYARD_ENGINE_MIME_SELECTOR_PICK_H
#define STEELYARD_ENGINE_MIME_SELECTOR_PICK_H

#include <stdbool.h>

#include "engine/mime/boundary.h"
#include "engine/mime/charset.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

/*
 * Each adds to `values` (of struct slice, in the arena) what it finds in one
 * value. Nothing is added where there is nothing, or at the arena's cap.
 */

/* :addr, every address of an unfolded value. */
void pick_addresses(struct vec *values, struct slice value);

/* :name, every display name; encoded words undone unless converters is NULL (:raw). */
void pick_names(struct vec *values, struct converters *converters, struct slice value);

/* :host, the host behind the last @ that has one, else the first that stands alone. */
void pick_host(struct vec *values, const struct boundaries *boundaries, struct slice value);

/* :addr:host, what follows the last @ of an address. */
void pick_address_host(struct vec *values, struct slice address);

/* :domain, the organisational domain of a host; the host itself when it has none. */
void pick_domain(struct vec *values, const struct boundaries *boundaries, struct slice host);

/* :ip and :revip, the first IP address, :ip as it is written, "IPv6:" included. */
void pick_ip(struct vec *values, struct slice value, bool reversed);

#endif
