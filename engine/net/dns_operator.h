/*
 * dns_operator.h - what is known of the operators of DNS lists: how they refuse, where keys stand
 *
 * It holds by the zone alone, whoever asks and whatever a configuration says of the list.
 */
#ifndef STEELYARD_ENGINE_NET_DNS_OPERATOR_H
#define STEELYARD_ENGINE_NET_DNS_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/net/dns.h"
#include "engine/net/dns_code.h"
#include "engine/util/arena.h"
#include "engine/util/slice.h"

/* Whether `name` is `zone` or lies below it, in any case of letters. */
bool dns_name_in_zone(struct slice name, struct slice zone);

/* Whether the name is a zone of an operator that is known, or lies in one. */
bool dns_operator_known(struct slice name);

/* The i-th error code, from 0, of the zone or name: every list's, then its operators'. */
bool dns_operator_error(struct slice name, size_t i, struct dns_code *code_r);

/* Whether an answer of type A to the name has an error code among its records, *code_r; else 0. */
bool dns_operator_refuses(struct slice name, const struct dns_answer *answer, uint32_t *code_r);

/*
 * Where in a zone or name of an operator's stands the key of a customer, from..to-1; false: in
 * none. Of a key whose place is named already ({key}) nothing is known.
 */
bool dns_operator_key(struct slice name, size_t *from_r, size_t *to_r);

/* A text for people with {key} wherever such a zone in it has a key; absent at the arena's cap. */
struct slice dns_operator_mask(struct arena *arena, struct slice text);

#endif
