/*
 * askable.h - what the DNS may be asked about on a message's behalf
 *
 * Never about private addresses, about names that exist only at home, and
 * about the domains of the recipients and of the receiving host: whoever runs
 * a name server elsewhere is not told who gets mail here.
 */
#ifndef STEELYARD_ENGINE_RULES_ASKABLE_H
#define STEELYARD_ENGINE_RULES_ASKABLE_H

#include <stdbool.h>

#include "engine/mime/ip.h"
#include "engine/rules/views.h"
#include "engine/util/slice.h"

/* Reads an address that may be asked about; false: none, or a private one. */
bool askable_address(struct slice text, struct ip *ip_r);

/* The host name to ask for, in lower case and A-labels; absent: none, or not to be asked about. */
struct slice askable_name(struct views *views, struct slice host);

#endif
