/*
 * selector.c - header selectors: which fields, and which parts of their values
 *
 * A selector is a name and modifiers. Reading it collects values (one a
 * field, or one of a pseudo-header), picks from each what the modifiers ask
 * for, and joins what is left: values of ordinary fields end in a line end,
 * what was picked is put on lines of its own. So "$" and "\Z" match before
 * the last line end, as SpamAssassin's rules expect.
 *
 * ALL and ALL-* are the whole header, unfolded and decoded, at most
 * ALL_BYTES_MAX; ALL:raw is the header as it came. Of a field that comes again
 * and again the first NAMED_BYTES_MAX are read. The client's own Received
 * field, which the MTA has not written yet, comes first in Received and in
 * ALL and its kin, never in ALL:raw.
 */
#include "engine/mime/selector.h"

#include <stdint.h>
#include <string.h>

#include "engine/mime/address.h"
#include "engine/mime/selector_pick.h"
#include "engine/mime/word.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"
#include "engine/util/vec.h"

/* SpamAssassin's limit for ALL. */
#define ALL_BYTES_MAX 65536
/* 32 fields of the longest: more only fills memory, once more for each rule that reads them. */
#define NAMED_BYTES_MAX ((size_t)256 * 1024)

/* So many hosts of one field are told: they are compared pairwise. */
#define DOMAINS_MAX 100

enum modifier {
	PICK_RAW = 1 << 0,
	PICK_ADDR = 1 << 1,
	PICK_NAME = 1 << 2,
	PICK_HOST = 1 << 3,
	PICK_DOMAIN = 1 << 4,
	PICK_IP = 1 << 5,
	PICK_REVIP = 1 << 6,
	PICK_FIRST = 1 << 7,
	PICK_LAST = 1 << 8,
};

static const struct {
	const char *name;
	unsigned bits;
} modifiers[] = {
	{ "raw", PICK_RAW },
	{ "addr", PICK_ADDR },
	{ "name", PICK_NAME },
	{ "host", PICK_HOST },
	{ "domain", PICK_HOST | PICK_DOMAIN },
	{ "ip", PICK_IP },
	{ "revip", PICK_IP | PICK_REVIP },
	{ "first", PICK_FIRST },
	{ "last", PICK_LAST },
};

struct reading {
	const struct selector *selector;
	const struct selector_source *source;
	struct vec values; /* struct slice */
};

struct selector {
	struct slice name;
	unsigned picks; /* bits of enum modifier */
	void (*collect)(struct reading *reading);
};

static void
reading_add(struct reading *reading, struct slice value)
{
	struct slice *added = value.p == NULL ? NULL : vec_push(&reading->values);

	if (added != NULL)
		*added = value;
}

static bool
reading_raw(const struct reading *reading)
{
	return (reading->selector->picks & PICK_RAW) != 0;
}

static struct slice
with_line_end(struct arena *arena, struct slice value)
{
	char *line = value.p == NULL ? NULL : arena_alloc(arena, value.n + 1);

	if (line == NULL)
		return SLICE_ABSENT;
	memcpy(line, value.p, value.n);
	line[value.n] = '\n';
	return (struct slice){ line, value.n + 1 };
}

/* The client's own field as one of the message's; false: there is none. */
static bool
client_field(const struct selector_source *source, struct header *header_r)
{
	struct slice line = source->relays->received;
	size_t colon = slice_find_byte(line, 0, ':');

	if (line.p == NULL)
		return false;
	*header_r = (struct header){
		.name = slice_cut(line, 0, colon),
		.raw = slice_from(line, colon + 1),
		.line = line,
	};
	return true;
}

/* A field's value, its words decoded: once where the source keeps it, for ALL reads all again. */
static struct slice
field_value(const struct reading *reading, const struct header *header)
{
	const struct selector_source *source = reading->source;
	const struct header_list *headers = &source->message->headers;
	struct arena *arena = reading->values.arena;
	uintptr_t place = ((uintptr_t)header - (uintptr_t)headers->v) / sizeof(*header);
	struct slice *kept;

	if (source->values == NULL || place >= headers->n) /* the client's is not the message's */
		return word_field(arena, source->converters, header);
	kept = &source->values[place];
	if (kept->p == NULL)
		*kept = word_field(arena, source->converters, header);
	return *kept;
}

/* Addresses are picked before the value's words are undone, from a `joined` field's after. */
static void
collect_value(struct reading *reading, const struct header *header, bool joined)
{
	struct arena *arena = reading->values.arena;
	unsigned picks = reading->selector->picks;

	if ((picks & (PICK_ADDR | PICK_NAME)) != 0 && (!joined || (picks & PICK_RAW) != 0))
		reading_add(reading, header_unfold(arena, header));
	else if ((picks & PICK_RAW) != 0)
		reading_add(reading, header->raw);
	else
		reading_add(reading, with_line_end(arena, field_value(reading, header)));
}

static void
collect_named(struct reading *reading, struct slice name, bool joined)
{
	const struct header_list *headers = &reading->source->message->headers;
	const struct header *header;
	struct header client;
	size_t bytes = 0;

	if (slice_ieq(name, SLICE("Received")) && client_field(reading->source, &client))
		collect_value(reading, &client, joined);
	for (size_t i = 0; (header = header_find(headers, name, i)) != NULL; i++) {
		bytes += header->raw.n;
		if (bytes > NAMED_BYTES_MAX)
			break;
		collect_value(reading, header, joined);
	}
}

static void
collect_field(struct reading *reading)
{
	collect_named(reading, reading->selector->name, false);
}

static void
collect_tocc(struct reading *reading)
{
	collect_named(reading, SLICE("To"), true);
	collect_named(reading, SLICE("Cc"), true);
}

/* Lists move the real Message-ID elsewhere when they send a message on. */
static void
collect_message_id(struct reading *reading)
{
	collect_named(reading, SLICE("X-Message-Id"), true);
	collect_named(reading, SLICE("Resent-Message-Id"), true);
	collect_named(reading, SLICE("X-Original-Message-ID"), true);
	collect_named(reading, SLICE("Message-Id"), true);
}

/* Which fields of the whole header: those down to a Received field, or from one on. */
enum side {
	SIDE_ALL,
	SIDE_ABOVE,
	SIDE_BELOW,
};

/* The first relay beyond the boundary; its Received field stands on both sides of it. */
struct all_range {
	enum side side;
	size_t boundary; /* the relay's struct relay.field; NO_BOUNDARY: no relay is beyond */
	size_t received; /* Received fields of the message seen so far */
	bool passed; /* the boundary's field has been seen */
	struct buf out;
};

#define NO_BOUNDARY RELAY_ORIGINATING

static bool
all_wants(struct all_range *range, const struct header *header, bool is_client)
{
	bool is_received = is_client || slice_ieq(header->name, SLICE("Received"));
	bool passed = range->passed, here;

	if (range->side == SIDE_ALL)
		return true;
	here = is_received &&
	       (is_client ? range->boundary == RELAY_CLIENT : range->boundary == range->received);
	range->received += is_received && !is_client ? 1 : 0;
	range->passed |= here;
	return here || (range->side == SIDE_BELOW ? passed : !passed);
}

static void
all_add(
    struct reading *reading, struct all_range *range, const struct header *header, bool is_client)
{
	struct slice value;

	if (!all_wants(range, header, is_client))
		return;
	if (reading_raw(reading)) {
		buf_add(&range->out, header->line);
		return;
	}
	value = field_value(reading, header);
	if (value.p == NULL || range->out.n + header->name.n + value.n + 3 > ALL_BYTES_MAX)
		return;
	buf_add(&range->out, header->name);
	buf_add(&range->out, SLICE(": "));
	buf_add(&range->out, value);
	buf_add_byte(&range->out, '\n');
}

static void
collect_side(struct reading *reading, enum side side, size_t relay)
{
	const struct header_list *headers = &reading->source->message->headers;
	const struct relays *relays = reading->source->relays;
	struct all_range range = { .side = side, .boundary = NO_BOUNDARY };
	struct header client;

	if (relay < relays->n)
		range.boundary = relays->v[relay].field;
	range.out.arena = reading->values.arena;
	if (client_field(reading->source, &client))
		all_add(reading, &range, &client, true);
	for (size_t i = 0; i < headers->n; i++)
		all_add(reading, &range, &headers->v[i], false);
	if (range.out.n > 0 && !range.out.failed)
		reading_add(reading, buf_slice(&range.out));
}

/*
 * The header as it came from its first field on, whole lines; with its blank
 * line where lines end in CRLF: SpamAssassin has it so.
 */
static struct slice
pristine_header(const struct message *message)
{
	struct slice header = message->header_bytes;
	const char *end = message->bytes.p + message->bytes.n;

	while (header.n > 0 && ascii_is_blank(header.p[0]))
		header = slice_from(header, slice_find_byte(header, 0, '\n') + 1);

	if (slice_ends(header, SLICE("\r\n")) && end - (header.p + header.n) >= 2 &&
	    header.p[header.n] == '\r' && header.p[header.n + 1] == '\n')
		header.n += 2;
	while (header.n > 0 && header.p[header.n - 1] != '\n')
		header.n--;
	return header;
}

static void
collect_all(struct reading *reading)
{
	struct slice pristine = pristine_header(reading->source->message);

	if (!reading_raw(reading))
		collect_side(reading, SIDE_ALL, 0);
	else if (pristine.n > 0)
		reading_add(reading, pristine);
}

static void
collect_trusted(struct reading *reading)
{
	collect_side(reading, SIDE_ABOVE, reading->source->relays->trusted_count);
}

static void
collect_internal(struct reading *reading)
{
	collect_side(reading, SIDE_ABOVE, reading->source->relays->internal_count);
}

static void
collect_untrusted(struct reading *reading)
{
	collect_side(reading, SIDE_BELOW, reading->source->relays->trusted_count);
}

static void
collect_external(struct reading *reading)
{
	collect_side(reading, SIDE_BELOW, reading->source->relays->internal_count);
}

static void
collect_relays_trusted(struct reading *reading)
{
	reading_add(reading, reading->source->relays->trusted);
}

static void
collect_relays_untrusted(struct reading *reading)
{
	reading_add(reading, reading->source->relays->untrusted);
}

static void
collect_relays_internal(struct reading *reading)
{
	reading_add(reading, reading->source->relays->internal);
}

static void
collect_relays_external(struct reading *reading)
{
	reading_add(reading, reading->source->relays->external);
}

/* The first address of one field; false: there is none. */
static bool
first_address(const struct reading *reading, const struct header *header, struct slice *address_r)
{
	struct arena *arena = reading->values.arena;
	struct address_list list = address_parse(arena, header_unfold(arena, header));

	for (size_t i = 0; i < list.n; i++) {
		*address_r = list.v[i].addr;
		if (address_r->p != NULL)
			return true;
	}
	return false;
}

/*
 * The first address of a delivery agent's field: 1. 0: there is no such field,
 * or no address in it; -1: one stands below a Received field, so that an
 * earlier host wrote it.
 */
static int
top_address(const struct reading *reading, struct slice name, struct slice *address_r)
{
	const struct message *message = reading->source->message;
	const struct header *header = header_find(&message->headers, name, 0);
	const struct header *received = header_find(&message->headers, SLICE("Received"), 0);
	const struct header *last = header_find_last(&message->headers, name);

	if (header == NULL || !first_address(reading, header, address_r))
		return 0;
	return received != NULL && received < last ? -1 : 1;
}

/* fetchmail takes what lists put into X-Sender for the envelope sender. */
static bool
fetchmail_guesses(const struct reading *reading)
{
	const struct header_list *headers = &reading->source->message->headers;
	const struct header *header = header_find(headers, SLICE("X-Sender"), 0);
	struct slice sender;

	if (header == NULL || !first_address(reading, header, &sender) ||
	    slice_find_byte(sender, 0, '@') == sender.n)
		return false;
	for (size_t i = 0; (header = header_find(headers, SLICE("Received"), i)) != NULL; i++)
		if (slice_find(header->raw, 0, SLICE("(fetchmail")) < header->raw.n)
			return true;
	return false;
}

/* The first address of the first field that is known to have the envelope sender, and no other. */
static void
collect_sender_header(struct reading *reading)
{
	struct arena *arena = reading->values.arena;
	const struct header *header = header_find(
	    &reading->source->message->headers, reading->source->envelope_sender_header, 0);
	struct address_list list = { .n = 0 };

	if (header != NULL)
		list = address_parse(arena, header_unfold(arena, header));
	for (size_t i = 0; i < list.n; i++) {
		struct slice addr = list.v[i].addr;
		size_t at = slice_find_byte(addr, 0, '@');

		if (addr.p == NULL)
			continue;
		if (addr.n == 0 || (at > 0 && at < addr.n))
			reading_add(reading, addr);
		return;
	}
}

/*
 * MAIL FROM (the null sender is none) as the MTA told it, as the relay at the
 * trust boundary did, or as a delivery field has it. Of those that an earlier
 * host wrote X-Envelope-From ends the search.
 */
static void
collect_envelope_from(struct reading *reading)
{
	static const struct slice delivery_fields[] = { { "X-Envelope-From", 15 },
		{ "Envelope-Sender", 15 }, { "Return-Path", 11 } };
	const struct relays *relays = reading->source->relays;
	const struct envelope *envelope = reading->source->envelope;
	size_t last = relays->trusted_count < relays->n ? relays->trusted_count : relays->n - 1;
	struct slice from;

	if (envelope->mail_from.p != NULL) {
		if (envelope->mail_from.n > 0)
			reading_add(reading, envelope->mail_from);
		return;
	}
	if (reading->source->envelope_sender_header.n > 0) {
		collect_sender_header(reading);
		return;
	}
	from = relays->n > 0 ? relays->v[last].envfrom : SLICE_ABSENT;
	if (slice_find_byte(from, 0, '@') < from.n) {
		reading_add(reading, from);
		return;
	}
	if (fetchmail_guesses(reading))
		return;
	for (size_t i = 0; i < sizeof(delivery_fields) / sizeof(delivery_fields[0]); i++) {
		int found = top_address(reading, delivery_fields[i], &from);

		if (found > 0)
			reading_add(reading, from);
		if (found > 0 || (found < 0 && i == 0))
			return;
	}
}

static void reading_pick(struct reading *reading, unsigned picks);

/*
 * The hosts of a field's addresses, each once, in lower case and parted by
 * blanks, unless the message has a field of the name that was asked for.
 */
static void
collect_domains(struct reading *reading, const struct selector *field)
{
	struct arena *arena = reading->values.arena;
	struct reading hosts = {
		.selector = field, .source = reading->source, .values = VEC_OF(struct slice, arena)
	};
	struct buf out = { .arena = arena };

	collect_field(reading);
	if (reading->values.n > 0)
		return;
	field->collect(&hosts);
	if ((field->picks & PICK_FIRST) != 0 && hosts.values.n > 1)
		hosts.values.n = 1;
	reading_pick(&hosts, PICK_ADDR);
	reading_pick(&hosts, PICK_HOST);
	for (size_t i = 0; i < hosts.values.n && i < DOMAINS_MAX; i++) {
		const struct slice *host = vec_at(&hosts.values, i);
		size_t seen = 0;

		while (!slice_eq(*(struct slice *)vec_at(&hosts.values, seen), *host))
			seen++;
		if (seen == i) {
			buf_add(&out, i > 0 ? SLICE(" ") : SLICE(""));
			for (size_t k = 0; k < host->n; k++)
				buf_add_byte(&out, ascii_lower(host->p[k]));
		}
	}
	if (out.n > 0 && !out.failed)
		reading_add(reading, buf_slice(&out));
}

static void
collect_author_domain(struct reading *reading)
{
	static const struct selector from = { { "From", 4 }, PICK_ADDR | PICK_HOST, collect_field };

	collect_domains(reading, &from);
}

static void
collect_sender_domain(struct reading *reading)
{
	static const struct selector sender = { { "EnvelopeFrom", 12 },
		PICK_FIRST | PICK_ADDR | PICK_HOST, collect_envelope_from };

	collect_domains(reading, &sender);
}

static const struct {
	const char *name;
	bool exact_case;
	void (*collect)(struct reading *reading);
} pseudo_headers[] = {
	{ "ALL", true, collect_all },
	{ "ALL-TRUSTED", true, collect_trusted },
	{ "ALL-INTERNAL", true, collect_internal },
	{ "ALL-UNTRUSTED", true, collect_untrusted },
	{ "ALL-EXTERNAL", true, collect_external },
	{ "MESSAGEID", true, collect_message_id },
	{ "ToCc", false, collect_tocc },
	{ "EnvelopeFrom", false, collect_envelope_from },
	{ "X-Spam-Relays-Trusted", false, collect_relays_trusted },
	{ "X-Spam-Relays-Untrusted", false, collect_relays_untrusted },
	{ "X-Spam-Relays-Internal", false, collect_relays_internal },
	{ "X-Spam-Relays-External", false, collect_relays_external },
	{ "X-AuthorDomain", false, collect_author_domain },
	{ "X-SenderDomain", false, collect_sender_domain },
};

static bool
selector_modify(struct selector *selector, struct slice word, struct err *err)
{
	for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++) {
		if (slice_eq(word, slice_of(modifiers[i].name))) {
			selector->picks |= modifiers[i].bits;
			return true;
		}
	}
	err_set(err,
	    "unknown modifier \":%.*s\": expected :raw, :addr, :name, :host, :domain, :ip, :revip, "
	    ":first or :last",
	    SLICE_ARG(word));
	return false;
}

/* ftext of RFC 5322, 3.6.8: any printable character but the colon. */
static bool
is_field_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_is_print(name.p[i]) || name.p[i] == ' ' || name.p[i] == ':')
			return false;
	return name.n > 0;
}

struct selector *
selector_compile(struct arena *arena, struct slice text, struct err *err)
{
	struct selector *selector = arena_alloc(arena, sizeof(*selector));
	size_t colon = slice_find_byte(text, 0, ':');

	if (selector == NULL) {
		err_set(err, "no memory left for the selector");
		return NULL;
	}
	selector->name = arena_copy(arena, slice_cut(text, 0, colon));
	selector->collect = collect_field;
	if (!is_field_name(selector->name)) {
		err_set(err, "expected a header field's name, got \"%.*s\"", SLICE_ARG(text));
		return NULL;
	}
	while (colon < text.n) {
		size_t end = slice_find_byte(text, colon + 1, ':');

		if (!selector_modify(selector, slice_cut(text, colon + 1, end), err))
			return NULL;
		colon = end;
	}
	for (size_t i = 0; i < sizeof(pseudo_headers) / sizeof(pseudo_headers[0]); i++) {
		struct slice name = slice_of(pseudo_headers[i].name);

		if (pseudo_headers[i].exact_case ? slice_eq(selector->name, name)
						 : slice_ieq(selector->name, name))
			selector->collect = pseudo_headers[i].collect;
	}
	return selector;
}

/* Replaces the values by what `picks` finds in each. */
static void
reading_pick(struct reading *reading, unsigned picks)
{
	const struct selector *selector = reading->selector;
	struct vec found = VEC_OF(struct slice, reading->values.arena);

	for (size_t i = 0; i < reading->values.n; i++) {
		struct slice value = *(struct slice *)vec_at(&reading->values, i);

		if ((picks & PICK_ADDR) != 0)
			pick_addresses(&found, value);
		else if ((picks & PICK_NAME) != 0)
			pick_names(&found,
			    reading_raw(reading) ? NULL : reading->source->converters, value);
		else if ((picks & PICK_DOMAIN) != 0)
			pick_domain(&found, reading->source->boundaries, value);
		else if ((picks & PICK_HOST) != 0 && (selector->picks & PICK_ADDR) != 0)
			pick_address_host(&found, value);
		else if ((picks & PICK_HOST) != 0)
			pick_host(&found, reading->source->boundaries, value);
		else
			pick_ip(&found, value, (picks & PICK_REVIP) != 0);
	}
	reading->values = found;
}

/* :first and :last keep one field's value, before anything is picked from it. */
static void
reading_narrow(struct reading *reading)
{
	struct slice *values = reading->values.p;

	if (reading->values.n == 0)
		return;
	if ((reading->selector->picks & PICK_FIRST) == 0)
		values[0] = values[reading->values.n - 1];
	reading->values.n = 1;
}

static struct slice
reading_join(const struct reading *reading)
{
	const struct slice *values = reading->values.p;
	struct buf out = { .arena = reading->values.arena };
	bool lines = slice_ends(values[0], SLICE("\n"));

	if (reading->values.n == 1)
		return values[0];
	for (size_t i = 0; i < reading->values.n; i++) {
		if (i > 0 && !lines)
			buf_add_byte(&out, '\n');
		buf_add(&out, values[i]);
	}
	return out.failed ? SLICE_ABSENT : buf_slice(&out);
}

bool
selector_read(const struct selector *selector, struct arena *arena,
    const struct selector_source *source, struct slice *value_r)
{
	struct reading reading = {
		.selector = selector,
		.source = source,
		.values = VEC_OF(struct slice, arena),
	};
	unsigned picks = selector->picks;

	*value_r = SLICE_ABSENT;
	selector->collect(&reading);
	if ((picks & (PICK_FIRST | PICK_LAST)) != 0)
		reading_narrow(&reading);
	if ((picks & (PICK_ADDR | PICK_NAME)) != 0)
		reading_pick(&reading, picks & (PICK_ADDR | PICK_NAME));
	if ((picks & PICK_HOST) != 0)
		reading_pick(&reading, PICK_HOST);
	if ((picks & PICK_DOMAIN) != 0)
		reading_pick(&reading, PICK_DOMAIN);
	else if ((picks & PICK_HOST) == 0 && (picks & PICK_IP) != 0)
		reading_pick(&reading, picks & (PICK_IP | PICK_REVIP));
	if (reading.values.n == 0)
		return false;
	*value_r = reading_join(&reading);
	return value_r->p != NULL;
}
