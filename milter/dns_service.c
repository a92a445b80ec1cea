/*
 * dns_service.c - which resolver a program uses
 *
 * A resolver goes on over reloads, with all that it knows, until something of
 * `dns:` changes.
 */
#include "config.h"

#include "milter/dns_service.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/file.h"
#include "engine/util/buf.h"
#include "milter/clock.h"

struct dns_service {
	const char *how; /* the caller's; NULL: the settings decide */
	struct arena *arena; /* of the table */
	const struct dns_table *table; /* NULL: servers are asked */
	struct resolver *running; /* NULL: none yet */
	struct buf running_settings; /* what it was made from */
};

static bool
is_word(const struct dns_service *service, const char *word)
{
	return service->how != NULL && strcmp(service->how, word) == 0;
}

static bool
read_table(struct dns_service *service, struct err *err)
{
	struct err found = { 0 };
	struct slice text;

	service->arena = arena_new(SIZE_MAX);
	if (file_read(service->arena, service->how, DNS_TABLE_BYTES_MAX, &text, &found) < 0) {
		err_set(err, "%s: %s", service->how, found.text);
		return false;
	}
	service->table = dns_table_read(service->arena, text, &found);
	if (service->table == NULL)
		err_set(err, "%s:%u: %s", service->how, found.line, found.text);
	return service->table != NULL;
}

struct dns_service *
dns_service_new(const char *how, struct err *err)
{
	struct dns_service *service = calloc(1, sizeof(*service));

	if (service == NULL)
		abort();
	service->how = how;
	if (how != NULL && !is_word(service, "off") && !is_word(service, "live") &&
	    !read_table(service, err))
		dns_service_free(&service);
	return service;
}

void
dns_service_free(struct dns_service **service_p)
{
	struct dns_service *service = *service_p;

	*service_p = NULL;
	if (service == NULL)
		return;
	resolver_unref(&service->running);
	buf_clear(&service->running_settings);
	arena_free(&service->arena);
	free(service);
}

void
dns_service_apply(const struct dns_service *service, struct settings *settings)
{
	if (service->how != NULL)
		settings->dns_enabled = !is_word(service, "off");
}

/* All that `dns:` says, as one text. */
static void
describe(const struct settings *settings, struct buf *out)
{
	for (size_t i = 0; i < settings_count(); i++) {
		const struct setting *setting = settings_at(settings, i);

		if (strncmp(setting->key, "dns.", 4) == 0)
			buf_printf(out, "%s: %s\n", setting->key, setting->value);
	}
}

static struct resolver *
make(const struct dns_service *service, const struct settings *settings, struct err *err)
{
	const struct name_texts *names = &settings->dns_servers;
	struct buf text = { 0 };
	struct resolver_options options = {
		.resolv_conf = settings->dns_resolv_conf,
		.timeout_us = settings->dns_timeout,
		.cache_entries = settings->dns_cache_entries,
		.cache_size = settings->dns_cache_size,
		.cache_ttl_us = settings->dns_cache_ttl,
		.cache_negative_ttl_us = settings->dns_cache_negative_ttl,
		.table = service->table,
	};
	const char **servers = calloc(names->n + 1, sizeof(*servers));
	struct resolver *resolver;

	if (servers == NULL)
		abort();
	for (size_t i = 0; i < names->n; i++)
		buf_printf(&text, "%.*s%c", SLICE_ARG(names->v[i]), '\0');
	for (size_t i = 0, at = 0; i < names->n; i++) {
		servers[i] = buf_text(&text) + at;
		at += names->v[i].n + 1;
	}
	options.servers = servers;
	options.server_count = names->n;
	/* Without a seed names are found as well, only easier to slow down. */
	if (getentropy(&options.hash_seed, sizeof(options.hash_seed)) != 0)
		options.hash_seed = (uint64_t)clock_monotonic_us();
	resolver = resolver_new(&options, err);
	free(servers);
	buf_clear(&text);
	return resolver;
}

struct resolver *
dns_service_resolver(struct dns_service *service, const struct settings *settings, struct err *err)
{
	struct buf wanted = { 0 };

	err->text[0] = '\0';
	if (!settings->dns_enabled)
		return NULL;
	describe(settings, &wanted);
	if (service->running == NULL ||
	    !slice_eq(buf_slice(&wanted), buf_slice(&service->running_settings))) {
		resolver_unref(&service->running);
		buf_clear(&service->running_settings);
		service->running = make(service, settings, err);
		buf_add(&service->running_settings, buf_slice(&wanted));
	} else {
		resolver_look(service->running);
	}
	buf_clear(&wanted);
	return service->running == NULL ? NULL : resolver_ref(service->running);
}
