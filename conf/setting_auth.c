/*
 * setting_auth.c - the settings on authentication: ids of servers, and who is welcome
 *
 * An entry of `welcome` becomes an entry of the list that engine/rules'
 * check_welcome_sender() looks in: "dkim *@example.org", and behind another
 * blank the domain that must have signed, if one is named.
 */
#include "conf/setting_type.h"

#include "engine/util/ascii.h"

/* The longest id, pattern or domain that is taken. */
#define AUTH_TEXT_MAX 320

static const struct slice keys[] = { { "from", 4 }, { "require", 7 }, { "signer", 6 } };

static const struct slice requirements[] = { { "dkim", 4 }, { "spf", 3 }, { "either", 6 },
	{ "dmarc", 5 }, { "nothing", 7 } };
#define REQUIREMENT_COUNT (sizeof(requirements) / sizeof(requirements[0]))

/* One word without blanks and controls; semicolons end an id in its field. */
static bool
is_word(struct slice text)
{
	for (size_t i = 0; i < text.n; i++)
		if (ascii_is_space(text.p[i]) || ascii_is_control(text.p[i]) || text.p[i] == ';')
			return false;
	return text.n > 0 && text.n <= AUTH_TEXT_MAX;
}

bool
setting_parse_ids(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	const struct slice *ids = schema_texts(schema, node, "a list of ids like [mx.example.org]",
	    is_word, "an id like mx.example.org");

	(void)row;
	if (ids == NULL)
		return false;
	*(setting_ids *)field = (struct name_texts){ ids, node->n };
	return true;
}

bool
setting_parse_id(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct slice id;

	(void)row;
	if (!schema_text(schema, node, &id))
		return false;
	if (id.n > 0 && !is_word(id))
		return schema_error(schema, node, "expected an id like mx.example.org");
	id = arena_copy(schema->arena, id);
	if (id.p == NULL)
		return schema_no_memory(schema, node);
	*(setting_id *)field = id.p;
	return true;
}

/* A pattern of addresses, pushed as an entry of the list. */
static bool
push_sender(const struct schema *schema, const struct yaml_node *node, struct slice requirement,
    struct slice signer, struct vec *entries)
{
	struct slice pattern, *entry;

	if (!schema_text(schema, node, &pattern))
		return false;
	if (!is_word(pattern) || slice_find_byte(pattern, 0, '@') == pattern.n)
		return schema_error(
		    schema, node, "expected an address or a pattern like '*@example.org'");
	entry = vec_push(entries);
	if (entry == NULL)
		return schema_no_memory(schema, node);
	*entry = arena_printf(schema->arena, "%.*s %.*s%s%.*s", SLICE_ARG(requirement),
	    SLICE_ARG(pattern), signer.n > 0 ? " " : "", SLICE_ARG(signer));
	return true;
}

/* The domain that must have signed; empty when none is named. */
static bool
read_signer(const struct schema *schema, const struct yaml_node *node, size_t requirement,
    struct slice *signer_r)
{
	*signer_r = SLICE("");
	if (node == NULL)
		return true;
	if (!schema_text(schema, node, signer_r))
		return false;
	if (!is_word(*signer_r) || slice_find_byte(*signer_r, 0, '@') < signer_r->n)
		return schema_error(schema, node, "expected a domain like example.org");
	if (!slice_eq(requirements[requirement], SLICE("dkim")) &&
	    !slice_eq(requirements[requirement], SLICE("either")))
		return schema_error(schema, node, "a signer is looked at for dkim and either only");
	return true;
}

static bool
welcome_entry(const struct schema *schema, const struct yaml_node *node, struct vec *entries)
{
	const struct yaml_node *from, *require;
	struct slice signer;
	size_t which;
	bool good = true;

	if (!schema_mapping(schema, node, "an entry like {from: '*@example.org', require: dkim}"))
		return false;
	from = yaml_find(node, keys[0]);
	require = yaml_find(node, keys[1]);
	for (size_t i = 0; i < node->n; i++) {
		struct slice key = node->entries[i].key->text;

		if (!slice_eq(key, keys[0]) && !slice_eq(key, keys[1]) && !slice_eq(key, keys[2]))
			return schema_unknown_key(schema, node->entries[i].key, keys, 3);
	}
	if (from == NULL || require == NULL)
		return schema_error(schema, node,
		    "expected {from: '*@example.org', require: dkim, spf, either, dmarc or nothing}");
	if (!schema_word(schema, require, requirements, REQUIREMENT_COUNT, &which) ||
	    !read_signer(schema, yaml_find(node, keys[2]), which, &signer))
		return false;
	if (from->kind != YAML_LIST)
		return push_sender(schema, from, requirements[which], signer, entries);
	for (size_t i = 0; i < from->n; i++)
		good &= push_sender(
		    schema, from->entries[i].value, requirements[which], signer, entries);
	return good;
}

bool
setting_parse_welcome(const struct schema *schema, const struct setting_row *row,
    const struct yaml_node *node, void *field)
{
	struct vec entries = VEC_OF(struct slice, schema->arena);
	bool good = true;

	(void)row;
	if (!schema_list(
		schema, node, "a list of entries like {from: '*@example.org', require: dkim}"))
		return false;
	for (size_t i = 0; i < node->n; i++)
		good &= welcome_entry(schema, node->entries[i].value, &entries);
	*(setting_welcome *)field = (struct rule_list){ .name = SLICE("welcome_senders"),
		.entries = entries.p,
		.entry_count = entries.n,
		.origin = schema_origin(schema, node) };
	return good;
}
