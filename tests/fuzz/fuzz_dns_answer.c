/*
 * fuzz_dns_answer.c - any bytes as the response to a question, and as a table of answers
 *
 * Beyond not crashing: an answer keeps to its limits, and what it says can be
 * written as a table and read again as the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include "engine/net/dns_table.h"
#include "engine/net/dns_wire.h"
#include "engine/net/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held)
{
	if (!held)
		abort();
}

static void
check_record(const struct dns_question *question, const struct dns_record *record)
{
	switch (question->type) {
	case DNS_A:
		must(record->data.n == 4);
		return;
	case DNS_AAAA:
		must(record->data.n == 16);
		return;
	case DNS_MX:
		must(record->preference <= UINT16_MAX);
		/* fall through */
	case DNS_NS:
	case DNS_PTR:
		must(record->data.n == 0 || dns_name_can_be(record->data));
		return;
	case DNS_TXT:
		must(record->data.n <= UINT16_MAX);
		return;
	}
}

static void
check_again(
    struct arena *arena, const struct dns_question *question, const struct dns_answer *answer)
{
	struct buf lines = { .arena = arena };
	const struct dns_table *table;
	struct dns_answer again;
	struct err err;

	dns_table_write_answer(&lines, question, answer);
	table = dns_table_read(arena, buf_slice(&lines), &err);
	must(table != NULL);
	dns_table_answer(table, question, &again);
	must(again.outcome == answer->outcome && again.record_count == answer->record_count);
	for (size_t i = 0; i < again.record_count; i++)
		must(slice_eq(again.records[i].data, answer->records[i].data));
}

static void
read_response(struct slice packet, enum dns_type type)
{
	const struct dns_question question = { type, SLICE("a.example") };
	struct arena *arena = arena_new((size_t)16 << 20), *small = arena_new(packet.n);
	struct dns_answer answer;

	dns_wire_read(small, packet, &question, &answer);
	dns_wire_read(arena, packet, &question, &answer);
	must((answer.outcome == DNS_FOUND) == (answer.record_count > 0));
	must(answer.record_count <= FACTS_RECORDS_MAX);
	for (size_t i = 0; i < answer.record_count; i++)
		check_record(&question, &answer.records[i]);
	check_again(arena, &question, &answer);
	arena_free(&small);
	arena_free(&arena);
}

static void
read_table(struct slice text)
{
	const struct dns_question question = { DNS_A, SLICE("a.example") };
	struct arena *arena = arena_new((size_t)1 << 20);
	const struct dns_table *table;
	struct dns_answer answer;
	struct err err;

	table = dns_table_read(arena, text, &err);
	if (table != NULL) {
		dns_table_answer(table, &question, &answer);
		must(answer.outcome != DNS_OPEN && answer.outcome != DNS_UNASKED);
	}
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type types[] = { DNS_A, DNS_AAAA, DNS_MX, DNS_NS, DNS_PTR, DNS_TXT };
	struct slice bytes = { (const char *)data, size };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		read_response(bytes, types[i]);
	read_table(bytes);
	return 0;
}
