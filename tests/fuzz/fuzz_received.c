/*
 * fuzz_received.c - any bytes as a Received field, and as the names a client gives
 *
 * Beyond not crashing: a relay's address is one, its fields hold no byte that
 * its text form could be cut at, and the client's own field reads back as the
 * client's address, whatever it calls itself.
 */
#include <stdint.h>
#include <stdlib.h>

#include "engine/mime/ip.h"
#include "engine/mime/received.h"
#include "engine/util/ascii.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held)
{
	if (!held)
		abort();
}

static void
check_clean(struct slice field)
{
	for (size_t i = 0; i < field.n; i++)
		must(!ascii_is_space(field.p[i]) && field.p[i] != '\0' && field.p[i] != '[' &&
		     field.p[i] != ']');
}

static void
parse(struct slice field, size_t cap)
{
	struct arena *arena = arena_new(cap);
	struct relay relay;
	struct ip ip;

	if (received_parse(arena, field, &relay) == RECEIVED_PARSED) {
		must(ip_parse(relay.ip, &ip));
		check_clean(relay.rdns);
		check_clean(relay.helo);
		check_clean(relay.by);
		check_clean(relay.ident);
		check_clean(relay.envfrom);
	}
	arena_free(&arena);
}

/* The bytes as names: halves of them as HELO and reverse name, and the other way round. */
static void
render(struct slice names)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	struct slice a = slice_cut(names, 0, names.n / 2), b = slice_from(names, names.n / 2);
	struct envelope envelope = { .known = true,
		.client_ip = SLICE("192.0.2.1"),
		.helo = a,
		.rdns = b,
		.mail_from = a,
		.auth_user = b,
		.queue_id = a,
		.tls_version = b,
		.rcpts = &a,
		.rcpt_count = 1,
		.my_name = SLICE("mx.example.net") };
	struct slice field = received_render(arena, &envelope);
	struct relay relay;

	must(slice_starts(field, SLICE("Received: ")));
	must(received_parse(arena, slice_from(field, 9), &relay) == RECEIVED_PARSED);
	must(slice_eq(relay.ip, envelope.client_ip) && slice_eq(relay.by, envelope.my_name));
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = { (const char *)data, size };

	parse(bytes, (size_t)64 << 20);
	parse(bytes, size > 0 ? (size_t)data[0] * 16 : 0);
	render(bytes);
	return 0;
}
