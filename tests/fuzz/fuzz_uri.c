/*
 * fuzz_uri.c - any bytes as text with URIs in it, and as one URI
 *
 * Beyond not crashing: what is found keeps to its limits, each form is there
 * once, a host is a slice of its URI, and a small arena gives fewer.
 */
#include <stdint.h>
#include <stdlib.h>

#include "engine/mime/domain.h"
#include "engine/mime/uri_canonical.h"
#include "engine/mime/uri_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct uri_law law;

static void
must(bool held)
{
	if (!held)
		abort();
}

static void
check_forms(struct arena *arena, struct slice uri)
{
	struct slice_list list = uri_canonical(&law, arena, uri);

	must(list.n <= URI_VARIANTS_MAX);
	for (size_t i = 0; i < list.n; i++) {
		struct slice form = list.v[i], host = uri_host(NULL, form);

		must(form.n <= 4 * URI_LENGTH_MAX);
		must(host.p == NULL || (host.n <= DOMAIN_MAX && host.p >= form.p &&
					   host.p + host.n <= form.p + form.n));
		(void)organisational_domain(arena, host);
		for (size_t k = 0; k < i; k++)
			must(!slice_eq(list.v[k], form));
	}
}

static void
scan(struct slice text, size_t cap)
{
	struct arena *arena = arena_new(cap);
	struct uri_scanner scanner = { .text = text };
	struct slice found;
	size_t n = 0;

	while (uri_scan_next(&scanner, arena, &found)) {
		must(found.n > 0 && found.n <= text.n + sizeof("mailto:"));
		must(++n <= text.n);
		if (n < 100)
			check_forms(arena, found);
	}
	check_forms(arena, text);
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };

	scan(text, (size_t)64 << 20);
	scan(text, size > 0 ? (size_t)data[0] * 64 : 0);
	return 0;
}
