/*
 * dns_list_yaml.c - `dns_lists:`: what the configuration and rule files say of DNS lists
 *
 *	dns_lists:
 *	  zen:
 *	    zone: '{key}.zen.dq.spamhaus.net'	where the secret goes
 *	    takes: [ip]				ip, domain, hash, ipv6
 *	    test: {listed: 127.0.0.2, unlisted: 127.0.0.1}	or none
 *	    codes: [127.0.0.2]			what a rule without answer: takes
 *	    errors: [127.255.255.0/24]		beside those that it always has
 *	    budget: {qps: 50, day: 250000}
 *	    secret: dqs.key			a file of mode 0600
 */
#include "config.h"

#include "conf/dns_list_yaml.h"

#include "conf/secret_file.h"
#include "conf/setting_type.h"
#include "engine/net/dns_list.h"
#include "engine/util/ascii.h"

#define QPS_MAX 100000
#define DAY_MAX INT64_C(10000000000)

/* A list being read, and what decides about it at the end. */
struct reading {
	const struct schema *schema;
	struct dns_list list;
	const struct yaml_node *zone, *secret;
	bool tested; /* test: is not none */
};

static bool
read_zone(struct reading *reading, const struct yaml_node *node)
{
	reading->zone = node;
	return schema_text(reading->schema, node, &reading->list.zone);
}

static bool
read_taken(struct reading *reading, const struct yaml_node *node)
{
	static const struct slice words[] = { { "ip", 2 }, { "domain", 6 }, { "hash", 4 },
		{ "ipv6", 4 } };
	size_t which;

	if (!schema_word(reading->schema, node, words, 4, &which))
		return false;
	reading->list.takes |= 1U << which;
	return true;
}

static bool
read_takes(struct reading *reading, const struct yaml_node *node)
{
	if (node->kind != YAML_LIST)
		return read_taken(reading, node);
	if (node->n == 0)
		return schema_error(reading->schema, node, "expected ip, domain, hash or ipv6");
	for (size_t i = 0; i < node->n; i++)
		if (!read_taken(reading, node->entries[i].value))
			return false;
	return true;
}

static bool
read_point(struct reading *reading, const struct yaml_node *node, struct slice *point_r)
{
	struct slice text;

	if (!schema_text(reading->schema, node, &text))
		return false;
	if (text.n == 0 || text.n > DNS_NAME_MAX)
		return schema_error(reading->schema, node, "expected an address or a domain");
	*point_r = dns_list_test_key(reading->schema->arena, text);
	return true;
}

static bool
read_test(struct reading *reading, const struct yaml_node *node)
{
	static const struct slice known[] = { { "listed", 6 }, { "unlisted", 8 } };
	bool good = true;

	if (node->kind == YAML_TEXT && slice_eq(node->text, SLICE("none"))) {
		reading->tested = false;
		return true;
	}
	if (!schema_mapping(reading->schema, node, "{listed: ..., unlisted: ...} or none"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_entry *entry = &node->entries[i];
		bool listed = slice_eq(entry->key->text, known[0]);

		if (!listed && !slice_eq(entry->key->text, known[1]))
			good = schema_unknown_key(reading->schema, entry->key, known, 2);
		else if (!read_point(reading, entry->value,
			     listed ? &reading->list.listed : &reading->list.unlisted))
			good = false;
	}
	return good;
}

static bool
read_codes(struct reading *reading, const struct yaml_node *node, struct dns_codes *codes_r)
{
	struct vec codes = VEC_OF(struct dns_code, reading->schema->arena);
	struct slice text;
	struct err err;

	if (!schema_list(reading->schema, node, "a list of answers like [127.0.0.2]"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_node *value = node->entries[i].value;
		struct dns_code *code = vec_push(&codes);

		if (code == NULL)
			return schema_no_memory(reading->schema, node);
		if (!schema_text(reading->schema, value, &text))
			return false;
		if (!dns_code_parse(text, code, &err))
			return schema_error(reading->schema, value, "%s", err.text);
	}
	*codes_r = (struct dns_codes){ codes.p, codes.n };
	return true;
}

static bool
read_accepted(struct reading *reading, const struct yaml_node *node)
{
	return read_codes(reading, node, &reading->list.codes);
}

static bool
read_errors(struct reading *reading, const struct yaml_node *node)
{
	return read_codes(reading, node, &reading->list.errors);
}

static bool
read_budget(struct reading *reading, const struct yaml_node *node)
{
	static const struct slice known[] = { { "qps", 3 }, { "day", 3 } };
	bool good = true;

	if (!schema_mapping(reading->schema, node, "{qps: ..., day: ...}"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_entry *entry = &node->entries[i];
		int64_t value;

		if (slice_eq(entry->key->text, known[0])) {
			if (schema_integer(reading->schema, entry->value, 1, QPS_MAX, &value))
				reading->list.qps = (unsigned)value;
			else
				good = false;
		} else if (slice_eq(entry->key->text, known[1])) {
			if (schema_integer(reading->schema, entry->value, 1, DAY_MAX, &value))
				reading->list.day = (uint64_t)value;
			else
				good = false;
		} else {
			good = schema_unknown_key(reading->schema, entry->key, known, 2);
		}
	}
	return good;
}

/* Of what a secret may be made, so that it is one label or several of a name. */
static bool
secret_valid(struct slice secret)
{
	for (size_t i = 0; i < secret.n; i++)
		if (!ascii_is_word(secret.p[i]) && secret.p[i] != '-')
			return false;
	return true;
}

static bool
read_secret(struct reading *reading, const struct yaml_node *node)
{
	const struct schema *schema = reading->schema;
	struct slice text;
	struct err err = { .text = "" };
	const char *path;
	int got;

	reading->secret = node;
	if (!schema_text(schema, node, &text))
		return false;
	path = setting_path_of(schema, text);
	if (path == NULL)
		return schema_no_memory(schema, node);
	got = secret_file_read(
	    schema->arena, path, DNS_LIST_SECRET_MAX, &reading->list.secret, &err);
	if (got < 0)
		return schema_error(schema, node, "%s: %s", path, err.text);
	if (got == 0) {
		reading->list.keyless = true;
		schema_warn(schema, node, "%s: %s: the list is not asked", path, err.text);
	}
	return secret_valid(reading->list.secret) ||
	       schema_error(schema, node,
		   "%s: expected a key of letters, digits, - and _ alone in its first line", path);
}

/* The keys of a description. */
static const struct list_key {
	struct slice name;
	bool (*read)(struct reading *reading, const struct yaml_node *node);
} list_keys[] = {
	{ { "zone", 4 }, read_zone },
	{ { "takes", 5 }, read_takes },
	{ { "test", 4 }, read_test },
	{ { "codes", 5 }, read_accepted },
	{ { "errors", 6 }, read_errors },
	{ { "budget", 6 }, read_budget },
	{ { "secret", 6 }, read_secret },
};
#define LIST_KEY_COUNT (sizeof(list_keys) / sizeof(list_keys[0]))

static bool
read_key(struct reading *reading, const struct yaml_entry *entry)
{
	struct slice known[LIST_KEY_COUNT];

	for (size_t i = 0; i < LIST_KEY_COUNT; i++) {
		known[i] = list_keys[i].name;
		if (slice_eq(entry->key->text, known[i]))
			return list_keys[i].read(reading, entry->value);
	}
	return schema_unknown_key(reading->schema, entry->key, known, LIST_KEY_COUNT);
}

/* What is right in itself but not together; then the list is complete. */
static bool
finish(struct reading *reading, const struct yaml_node *key)
{
	const struct schema *schema = reading->schema;
	struct dns_list *list = &reading->list;
	bool keyed;
	struct err err;

	if (reading->zone == NULL)
		return schema_error(schema, key, "a DNS list needs its zone:");
	keyed = slice_find(list->zone, 0, SLICE(DNS_LIST_KEY)) < list->zone.n;
	if (keyed && reading->secret == NULL)
		return schema_error(schema, reading->zone,
		    "the zone has " DNS_LIST_KEY ": secret: names the file that holds it");
	if (!keyed && reading->secret != NULL)
		return schema_error(schema, reading->secret,
		    "the zone says by " DNS_LIST_KEY " where the secret goes");
	if (!dns_list_settle(schema->arena, list, reading->tested, &err))
		return schema_error(schema, reading->zone, "%s", err.text);
	return true;
}

static bool
read_list(const struct schema *schema, const struct yaml_entry *entry, struct dns_list *list_r)
{
	struct reading reading = { .schema = schema, .tested = true };
	bool good = true;

	if (!schema_name(schema, entry->key) ||
	    !schema_mapping(schema, entry->value, "a mapping: the list"))
		return false;
	reading.list.name = entry->key->text;
	reading.list.origin = schema_origin(schema, entry->key);
	for (size_t i = 0; i < entry->value->n; i++)
		if (!read_key(&reading, &entry->value->entries[i]))
			good = false;
	good = good && finish(&reading, entry->key);
	*list_r = reading.list;
	return good;
}

void
dns_lists_yaml(const struct schema *schema, const struct yaml_node *node, struct vec *lists)
{
	if (!schema_mapping(schema, node, "a mapping of names to DNS lists"))
		return;
	for (size_t i = 0; i < node->n; i++) {
		struct dns_list list, *kept;

		if (!read_list(schema, &node->entries[i], &list))
			continue;
		kept = vec_push(lists);
		if (kept == NULL) {
			schema_no_memory(schema, node);
			return;
		}
		*kept = list;
	}
}
