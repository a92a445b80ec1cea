/*
 * rule_example_yaml.c - a rule's `examples:`: {hit: [...], miss: [...]}
 *
 * An example is in the kind's own short form (a text; for a meta a list of
 * sub-rules that hit), or a mapping that is a whole case: a message with what
 * the MTA knows of it. Whether rules hit as they say is not asked here.
 */
#include "conf/rule_yaml.h"
#include "engine/mime/ip.h"
#include "engine/net/dns_table.h"
#include "engine/util/vec.h"

/* The years 1970 to 9999. */
#define NOW_MAX INT64_C(253402300799)

/* The sub-rules of a meta's short form. */
static bool
example_subrules(
    const struct schema *schema, const struct yaml_node *node, struct rule_example *example)
{
	struct vec names = VEC_OF(struct slice, schema->arena);

	for (size_t i = 0; i < node->n; i++) {
		struct slice text, *name;

		if (!schema_text(schema, node->entries[i].value, &text) ||
		    !schema_name(schema, node->entries[i].value))
			return false;
		name = vec_push(&names);
		if (name == NULL)
			return schema_no_memory(schema, node);
		*name = text;
	}
	example->subrules = names.p;
	example->subrule_count = names.n;
	return true;
}

/* `dns:`: answers, in the lines of dns_table.h. */
static bool
case_answers(
    const struct schema *schema, const struct yaml_node *node, struct rule_example *example)
{
	struct err err;

	if (!schema_text(schema, node, &example->dns))
		return false;
	return dns_table_read(schema->arena, example->dns, &err) != NULL ||
	       schema_error(schema, node, "line %u of the answers: %s", err.line, err.text);
}

/* One key of a whole case. */
static bool
case_key(const struct schema *schema, const struct yaml_entry *entry, struct rule_example *example)
{
	static const struct slice known[] = { { "message", 7 }, { "helo", 4 }, { "rdns", 4 },
		{ "from", 4 }, { "rcpt", 4 }, { "client-ip", 9 }, { "now", 3 }, { "dns", 3 } };
	struct slice *const texts[] = { &example->text, &example->helo, &example->rdns,
		&example->from, &example->rcpt };
	struct slice key = entry->key->text;
	struct ip ip;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (slice_eq(key, known[i]))
			return schema_text(schema, entry->value, texts[i]);
	if (slice_eq(key, SLICE("dns")))
		return case_answers(schema, entry->value, example);
	if (slice_eq(key, SLICE("now")))
		return schema_integer(schema, entry->value, 1, NOW_MAX, &example->now);
	if (!slice_eq(key, SLICE("client-ip")))
		return schema_unknown_key(
		    schema, entry->key, known, sizeof(known) / sizeof(known[0]));
	if (!schema_text(schema, entry->value, &example->client_ip))
		return false;
	return ip_parse(example->client_ip, &ip) ||
	       schema_error(schema, entry->value, "expected an IP address");
}

static bool
example_case(
    const struct schema *schema, const struct yaml_node *node, struct rule_example *example)
{
	bool good = true;

	example->whole = true;
	for (size_t i = 0; i < node->n; i++)
		if (!case_key(schema, &node->entries[i], example))
			good = false;
	if (good && example->text.p == NULL)
		return schema_error(schema, node, "a case needs its message:");
	return good;
}

static bool
example_read(const struct schema *schema, const struct yaml_node *node, enum rule_kind kind,
    struct rule_example *example)
{
	example->origin = schema_origin(schema, node);
	if (node->kind == YAML_MAPPING)
		return example_case(schema, node, example);
	if (kind == RULE_META) {
		if (node->kind == YAML_LIST)
			return example_subrules(schema, node, example);
		return schema_error(schema, node,
		    "an example of a meta is a list of the sub-rules that hit, or {message: ...}");
	}
	if (kind == RULE_FUNCTION)
		return schema_error(
		    schema, node, "an example of a function is a whole case: {message: ...}");
	if (kind == RULE_DNSBL || kind == RULE_URIBL || kind == RULE_DNS)
		return schema_error(schema, node,
		    "an example that asks the DNS is a whole case: {message: ..., dns: ...}");
	return schema_text(schema, node, &example->text);
}

/* The examples of one list, hits or misses. */
static bool
examples_list(const struct schema *schema, const struct yaml_node *node, enum rule_kind kind,
    bool hit, struct vec *examples)
{
	bool good = true;

	if (!schema_list(schema, node, "a list of examples"))
		return false;
	for (size_t i = 0; i < node->n; i++) {
		struct rule_example *example = vec_push(examples);

		if (example == NULL)
			return schema_no_memory(schema, node);
		example->hit = hit;
		if (!example_read(schema, node->entries[i].value, kind, example))
			good = false;
	}
	return good;
}

bool
rule_yaml_examples(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	static const struct slice known[] = { { "hit", 3 }, { "miss", 4 } };
	struct vec examples = VEC_OF(struct rule_example, schema->arena);
	bool good = schema_mapping(schema, node, "{hit: [...], miss: [...]}");

	if (!good)
		return false;
	for (size_t i = 0; i < node->n; i++) {
		const struct yaml_entry *entry = &node->entries[i];
		bool hit = slice_eq(entry->key->text, known[0]);

		if (!hit && !slice_eq(entry->key->text, known[1]))
			good = schema_unknown_key(schema, entry->key, known, 2);
		else if (!examples_list(schema, entry->value, def->kind, hit, &examples))
			good = false;
	}
	def->examples = examples.p;
	def->example_count = examples.n;
	return good;
}
