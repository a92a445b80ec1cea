/*
 * dns_service.h - which resolver a program uses: what --dns and the settings say
 *
 * SYNOPSIS
 *	struct dns_service *service = dns_service_new("answers.dns", &err);
 *
 *	dns_service_apply(service, settings);
 *	resolver = dns_service_resolver(service, settings, &err);
 *	...
 *	resolver_unref(&resolver);
 *	dns_service_free(&service);
 */
#ifndef STEELYARD_MILTER_DNS_SERVICE_H
#define STEELYARD_MILTER_DNS_SERVICE_H

#include <stdbool.h>

#include "conf/settings.h"
#include "engine/util/err.h"
#include "milter/resolver.h"

/* The longest table of answers that is read, in bytes. */
#define DNS_TABLE_BYTES_MAX ((size_t)64 << 20)

struct dns_service;

/*
 * `how`: "off", "live", or a file that holds a table of answers, which is read
 * now; NULL: what the settings say. NULL with *err (the file's name and line).
 */
struct dns_service *dns_service_new(const char *how, struct err *err);

/* Ends it and nulls *service, after the resolvers that it gave were given back. NULL is fine. */
void dns_service_free(struct dns_service **service);

/* Sets dns.enabled as `how` says, before rules are read. */
void dns_service_apply(const struct dns_service *service, struct settings *settings);

/*
 * A reference to the resolver for these settings: the last one again while
 * nothing of `dns:` has changed. NULL: the DNS is off, and *err is empty; or it
 * cannot be, as *err tells. One thread at a time may call it.
 */
struct resolver *
dns_service_resolver(struct dns_service *service, const struct settings *settings, struct err *err);

#endif
