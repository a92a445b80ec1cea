/*
 * dns_tag.h - the values of template tags (_AUTHORDOMAIN_) that questions to the DNS are made of
 */
#ifndef STEELYARD_ENGINE_RULES_DNS_TAG_H
#define STEELYARD_ENGINE_RULES_DNS_TAG_H

#include "engine/rules/views.h"
#include "engine/util/slice.h"
#include "engine/util/vec.h"

/* Values of one tag that are used; more are left aside. */
#define DNS_TAG_VALUES_MAX 20

enum dns_tag_state {
	DNS_TAG_UNSET, /* it has no value, and will have none */
	DNS_TAG_OPEN, /* an answer of the DNS is missing, or a rule may still set it */
	DNS_TAG_FAILED, /* the DNS failed it */
	DNS_TAG_SET,
};

/*
 * Adds the tag's values, none of them empty, to `values` (struct slice). The
 * name is without underscores and may have an argument: "HEADER(From:addr)".
 */
enum dns_tag_state dns_tag_values(struct views *views, struct slice name, struct vec *values);

/* The length of "_NAME_" or "_NAME(argument)_" at the beginning of text; 0: none. */
size_t dns_tag_reference(struct slice text);

#endif
