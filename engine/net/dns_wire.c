/*
 * dns_wire.c - the bytes of a DNS response -> an answer (RFC 1035, 4; RFC 2308)
 *
 * A cursor with a sticky error walks the packet. Compressed names are read
 * into a buffer of one name's size: a pointer must point before the name that
 * it stands in, so that no chain of them comes back, and a name has at most
 * POINTERS_MAX of them, so that none is long. A label with a dot in it has no
 * presentation form here; such a name is like no other.
 *
 * Whoever sends the bytes is not trusted to have checked the question, nor to
 * have sent records of that name alone.
 */
#include "engine/net/dns_wire.h"

#include <stdint.h>
#include <string.h>

#include "engine/net/facts.h"
#include "engine/util/ascii.h"
#include "engine/util/buf.h"

#define HEADER_SIZE 12
#define POINTERS_MAX 32

#define CLASS_IN 1
#define TYPE_CNAME 5
#define TYPE_SOA 6

#define FLAG_RESPONSE 0x8000u
#define FLAG_OPCODE 0x7800u
#define FLAG_CUT_SHORT 0x0200u
#define CODE_MASK 0x000fu
#define CODE_NO_ERROR 0
#define CODE_NO_SUCH_NAME 3

struct wire {
	struct slice packet;
	size_t at;
	bool bad; /* sticky */
};

/* A name in presentation form; "cannot" when it has none, and then it is like no other. */
struct wire_name {
	char text[DNS_NAME_MAX];
	size_t n;
	bool cannot;
};

struct wire_record {
	struct wire_name owner;
	unsigned type;
	uint32_t ttl;
	size_t data, data_n; /* where it lies in the packet */
};

struct wire_counts {
	unsigned flags, questions, answers, authorities;
};

static struct slice
name_slice(const struct wire_name *name)
{
	return (struct slice){ name->text, name->n };
}

static bool
name_is(const struct wire_name *name, struct slice other)
{
	return !name->cannot && slice_eq(name_slice(name), other);
}

/* A number of `size` bytes; 0 past the end. */
static uint32_t
wire_number(struct wire *wire, size_t size)
{
	uint32_t value = 0;

	if (wire->bad || wire->packet.n - wire->at < size) {
		wire->bad = true;
		return 0;
	}
	while (size-- > 0)
		value = value << 8 | (unsigned char)wire->packet.p[wire->at++];
	return value;
}

/* Adds a label to the name. False when the name grows too long. */
static bool
name_add(struct wire_name *name, struct slice label)
{
	if (name->n + label.n + (name->n > 0) > sizeof(name->text))
		return false;
	if (name->n > 0)
		name->text[name->n++] = '.';
	for (size_t i = 0; i < label.n; i++) {
		name->cannot = name->cannot || label.p[i] == '.';
		name->text[name->n++] = ascii_lower(label.p[i]);
	}
	return true;
}

/*
 * Reads the labels at `at` up to the end of the name or a pointer, into
 * *pointer_r (0: none). Returns where they end, or 0 for what is no name.
 */
static size_t
read_labels(const struct wire *wire, size_t at, struct wire_name *name, size_t *pointer_r)
{
	*pointer_r = 0;
	while (at < wire->packet.n) {
		unsigned n = (unsigned char)wire->packet.p[at++];

		if (n == 0)
			return at;
		if (at + (n < 0xc0 ? n : 1) > wire->packet.n)
			return 0;
		if (n >= 0xc0) {
			*pointer_r = (n & 0x3f) << 8 | (unsigned char)wire->packet.p[at];
			return *pointer_r < HEADER_SIZE ? 0 : at + 1;
		}
		if (n > DNS_LABEL_MAX || !name_add(name, slice_cut(wire->packet, at, at + n)))
			return 0;
		at += n;
	}
	return 0;
}

static void
wire_name(struct wire *wire, struct wire_name *name_r)
{
	size_t start = wire->at, end = 0, pointer = start;

	name_r->n = 0;
	name_r->cannot = false;
	for (int i = 0; i <= POINTERS_MAX && !wire->bad; i++) {
		size_t here = read_labels(wire, start, name_r, &pointer);

		if (i == 0)
			end = here;
		wire->bad = here == 0 || pointer >= start;
		if (pointer == 0 && !wire->bad) {
			wire->at = end;
			return;
		}
		start = pointer;
	}
	wire->bad = true;
}

/* Reads a record and goes on behind its data. False at what is none. */
static bool
wire_record(struct wire *wire, struct wire_record *record_r)
{
	unsigned class;

	wire_name(wire, &record_r->owner);
	record_r->type = wire_number(wire, 2);
	class = wire_number(wire, 2);
	record_r->ttl = wire_number(wire, 4);
	if (record_r->ttl > INT32_MAX) /* RFC 2181, 8 */
		record_r->ttl = 0;
	record_r->data_n = wire_number(wire, 2);
	record_r->data = wire->at;
	if (wire->bad || wire->packet.n - wire->at < record_r->data_n) {
		wire->bad = true;
		return false;
	}
	wire->at += record_r->data_n;
	if (class != CLASS_IN)
		record_r->type = 0;
	return true;
}

/* A cursor over a record's data, which ends where they end; pointers may point before them. */
static struct wire
record_data(const struct wire *wire, const struct wire_record *record)
{
	return (struct wire){ slice_cut(wire->packet, 0, record->data + record->data_n),
		record->data, false };
}

/* The character strings of a TXT record, joined. */
static bool
read_strings(struct arena *arena, struct wire *data, struct dns_record *record)
{
	struct buf text = { .arena = arena };

	while (data->at < data->packet.n) {
		size_t n = wire_number(data, 1);

		if (n > data->packet.n - data->at)
			return false;
		buf_add(&text, slice_cut(data->packet, data->at, data->at + n));
		data->at += n;
	}
	record->data = text.n == 0 ? SLICE("") : buf_slice(&text);
	return !text.failed;
}

static bool
read_name(struct arena *arena, struct wire *data, struct dns_record *record)
{
	struct wire_name name;

	wire_name(data, &name);
	if (data->bad || name.cannot || data->at != data->packet.n)
		return false;
	record->data = arena_copy(arena, name_slice(&name));
	return record->data.p != NULL;
}

static bool
read_address(struct arena *arena, struct wire *data, size_t size, struct dns_record *record)
{
	struct slice bytes = slice_from(data->packet, data->at);

	if (bytes.n != size)
		return false;
	record->data = arena_copy(arena, bytes);
	return record->data.p != NULL;
}

static bool
read_data(struct arena *arena, enum dns_type type, struct wire *data, struct dns_record *record)
{
	switch (type) {
	case DNS_A:
		return read_address(arena, data, 4, record);
	case DNS_AAAA:
		return read_address(arena, data, 16, record);
	case DNS_MX:
		record->preference = wire_number(data, 2);
		return read_name(arena, data, record);
	case DNS_NS:
	case DNS_PTR:
		return read_name(arena, data, record);
	case DNS_TXT:
		return read_strings(arena, data, record);
	}
	return false;
}

static void
least_ttl(uint32_t *ttl, bool *known, uint32_t other)
{
	if (!*known || other < *ttl)
		*ttl = other;
	*known = true;
}

/* Where the answers lead to, and how long that holds. */
struct chain {
	struct wire_name name;
	uint32_t ttl;
	bool ttl_known;
	unsigned cnames;
};

/*
 * Follows the CNAMEs in `count` records from the cursor on, which may stand in
 * any order. False when a record is broken, or they lead nowhere.
 */
static bool
follow_cnames(struct wire wire, unsigned count, struct chain *chain)
{
	const size_t start = wire.at;
	struct wire_record record;
	unsigned before;

	do {
		before = chain->cnames;
		wire.at = start;
		for (unsigned i = 0; i < count; i++) {
			struct wire data;

			if (!wire_record(&wire, &record))
				return false;
			if (record.type != TYPE_CNAME ||
			    !name_is(&record.owner, name_slice(&chain->name)))
				continue;
			data = record_data(&wire, &record);
			wire_name(&data, &chain->name);
			least_ttl(&chain->ttl, &chain->ttl_known, record.ttl);
			if (data.bad || chain->name.cannot || ++chain->cnames > DNS_WIRE_CNAMES_MAX)
				return false;
		}
	} while (chain->cnames > before);
	return true;
}

/* Takes the records of that type at the end of the chain. Whether there are any, good or not. */
static bool
take_records(struct arena *arena, struct wire wire, unsigned count, enum dns_type type,
    struct chain *chain, struct dns_answer *answer)
{
	size_t most = count < FACTS_RECORDS_MAX ? count : FACTS_RECORDS_MAX;
	struct dns_record *records = arena_array(arena, most, sizeof(*records));
	bool there = records == NULL && count > 0;
	size_t bytes = 0;

	answer->records = records;
	for (unsigned i = 0; records != NULL && i < count && answer->record_count < most; i++) {
		struct dns_record *taken = &records[answer->record_count];
		struct wire_record record;
		struct wire data;

		if (!wire_record(&wire, &record))
			return there;
		if (record.type != type || !name_is(&record.owner, name_slice(&chain->name)))
			continue;
		there = true;
		data = record_data(&wire, &record);
		if (!read_data(arena, type, &data, taken))
			continue;
		bytes += taken->data.n;
		if (bytes > FACTS_BYTES_MAX)
			return there;
		least_ttl(&chain->ttl, &chain->ttl_known, record.ttl);
		answer->record_count++;
	}
	return there;
}

/*
 * Looks for the SOA record that says how long "there is none" holds (RFC 2308,
 * 5). False when there are NS records without one: somebody else knows (a
 * referral, 2.2).
 */
static bool
read_authority(struct wire wire, unsigned count, struct chain *chain)
{
	bool referral = false;

	for (unsigned i = 0; i < count; i++) {
		struct wire_record record;
		struct wire data;

		if (!wire_record(&wire, &record))
			return false;
		referral = referral || record.type == DNS_NS;
		if (record.type != TYPE_SOA || record.data_n < 20)
			continue;
		data = record_data(&wire, &record);
		data.at = record.data + record.data_n - 4;
		least_ttl(&chain->ttl, &chain->ttl_known, record.ttl);
		least_ttl(&chain->ttl, &chain->ttl_known, wire_number(&data, 4));
		return true;
	}
	chain->ttl = 0;
	return !referral;
}

/* Moves the cursor past records. */
static void
skip_records(struct wire *wire, unsigned count)
{
	struct wire_record record;

	while (count-- > 0 && wire_record(wire, &record))
		;
}

/* Reads header and question; false when they are no response to what was asked. */
static bool
read_head(struct wire *wire, const struct dns_question *question, struct wire_counts *counts_r)
{
	struct wire_name name;
	unsigned type, class;

	(void)wire_number(wire, 2);
	counts_r->flags = wire_number(wire, 2);
	counts_r->questions = wire_number(wire, 2);
	counts_r->answers = wire_number(wire, 2);
	counts_r->authorities = wire_number(wire, 2);
	(void)wire_number(wire, 2);
	if (wire->bad || counts_r->questions != 1)
		return false;
	wire_name(wire, &name);
	type = wire_number(wire, 2);
	class = wire_number(wire, 2);
	return !wire->bad && type == question->type && class == CLASS_IN &&
	       name_is(&name, question->name) &&
	       (counts_r->flags & (FLAG_RESPONSE | FLAG_OPCODE | FLAG_CUT_SHORT)) == FLAG_RESPONSE;
}

void
dns_wire_read(struct arena *arena, struct slice packet, const struct dns_question *question,
    struct dns_answer *answer_r)
{
	struct wire wire = { packet, 0, false };
	struct wire_counts counts;
	struct chain chain = { .cnames = 0 };
	unsigned code;

	*answer_r = (struct dns_answer){ .outcome = DNS_SERVFAIL };
	if (!read_head(&wire, question, &counts))
		return;
	code = counts.flags & CODE_MASK;
	if (code != CODE_NO_ERROR && code != CODE_NO_SUCH_NAME)
		return;
	memcpy(chain.name.text, question->name.p, question->name.n);
	chain.name.n = question->name.n;
	if (!follow_cnames(wire, counts.answers, &chain))
		return;
	if (code == CODE_NO_ERROR &&
	    take_records(arena, wire, counts.answers, question->type, &chain, answer_r)) {
		/* Less than what was sent for want of room is no answer. */
		if (arena_overflowed(arena))
			answer_r->record_count = 0;
		answer_r->outcome = answer_r->record_count > 0 ? DNS_FOUND : DNS_SERVFAIL;
		answer_r->ttl = chain.ttl;
		return;
	}
	skip_records(&wire, counts.answers);
	if (wire.bad || !read_authority(wire, counts.authorities, &chain))
		return;
	answer_r->outcome = code == CODE_NO_SUCH_NAME ? DNS_NXDOMAIN : DNS_NODATA;
	answer_r->ttl = chain.ttl;
}
