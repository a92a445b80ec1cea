/*
 * received_render.c - the client of the SMTP session as a Received field
 *
 * A milter sees a message before its MTA has put its own Received field on
 * top, and every question of trust is about the hop that this field tells of.
 * So it is made here, in the form that Postfix gives it, which received.c
 * reads like any other. It has no date: the engine has no clock.
 */
#include "config.h"

#include "engine/mime/received.h"

#include "engine/mime/ip.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

/* A client's names are its own words: they can't end the clause they stand in. */
static void
add_name(struct buf *out, struct slice name)
{
	static const char special[] = "()<>;\\\"";

	if (name.n == 0)
		buf_add(out, SLICE("unknown"));
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		for (const char *p = special; *p != '\0'; p++)
			if (c == *p)
				c = '!';
		buf_add_byte(out, ascii_is_space(c) || ascii_is_control(c) ? '!' : c);
	}
}

/* A reverse name has no brackets: "[" would begin the address. */
static struct slice
plain_name(struct slice rdns)
{
	return slice_find_byte(rdns, 0, '[') < rdns.n ? SLICE_ABSENT : rdns;
}

static void
add_by(struct buf *out, const struct envelope *envelope)
{
	buf_add(out, SLICE("\n\tby "));
	add_name(out, envelope->my_name.n > 0 ? plain_name(envelope->my_name) : SLICE("localhost"));
	buf_printf(out, " (Postfix) with ESMTP%s%s", envelope->tls_version.n > 0 ? "S" : "",
	    envelope->auth_user.n > 0 ? "A" : "");
	if (envelope->queue_id.n > 0) {
		buf_add(out, SLICE(" id "));
		add_name(out, envelope->queue_id);
	}
	if (envelope->rcpt_count == 1) {
		buf_add(out, SLICE("\n\tfor <"));
		add_name(out, envelope->rcpts[0]);
		buf_add(out, SLICE(">"));
	}
	if (envelope->mail_from.n > 0) {
		buf_add(out, SLICE("\n\t(envelope-from <"));
		add_name(out, envelope->mail_from);
		buf_add(out, SLICE(">)"));
	}
	buf_add_byte(out, '\n');
}

struct slice
received_render(struct arena *arena, const struct envelope *envelope)
{
	struct buf out = { .arena = arena };
	struct slice address;
	struct ip ip;

	if (!envelope->known || !ip_parse(envelope->client_ip, &ip))
		return SLICE_ABSENT;
	address = ip_text(arena, &ip);
	buf_add(&out, SLICE("Received: from "));
	add_name(&out, envelope->helo);
	buf_add(&out, SLICE(" ("));
	add_name(&out, plain_name(envelope->rdns));
	buf_printf(&out, " [%s%.*s])", ip_is_v4(&ip) ? "" : "IPv6:", SLICE_ARG(address));
	if (envelope->tls_version.n > 0) {
		buf_add(&out, SLICE("\n\t(using "));
		add_name(&out, envelope->tls_version);
		buf_add_byte(&out, ')');
	}
	if (envelope->auth_user.n > 0) {
		buf_add(&out, SLICE("\n\t(Authenticated sender: "));
		add_name(&out, envelope->auth_user);
		buf_add_byte(&out, ')');
	}
	add_by(&out, envelope);
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}
