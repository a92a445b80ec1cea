/*
 * asn.h - the networks that the last external relay is in, as the DNS tells them
 */
#ifndef STEELYARD_ENGINE_RULES_ASN_H
#define STEELYARD_ENGINE_RULES_ASN_H

#include "engine/rules/dns_tag.h"

/*
 * Adds the values of a tag that the list asn_lookup, or asn_lookup_ipv6, names:
 * "AS64500", or of its second tag "192.0.2.0/24". Unset: no lookup names it.
 */
enum dns_tag_state asn_tag_values(struct views *views, struct slice tag, struct vec *values);

#endif
