/*
 * rule_dns_yaml.c - keys of the kinds dnsbl, uribl and dns
 *
 * Words are read as they stand; what they mean together with the list is
 * checked when the ruleset is built.
 */
#include "config.h"

#include "conf/rule_dns_yaml.h"

#include "engine/util/vec.h"

bool
rule_dns_list(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_text(schema, node, &def->list) && schema_name(schema, node);
}

bool
rule_dns_question(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_expression(schema, node, &def->expression);
}

bool
rule_dns_of(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_text(schema, node, &def->of);
}

bool
rule_dns_by(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_text(schema, node, &def->by);
}

bool
rule_dns_hash(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_text(schema, node, &def->hash);
}

/* One text, or a list of them. */
bool
rule_dns_answer(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	size_t n = node->kind == YAML_LIST ? node->n : 1;
	struct slice *answers = arena_array(schema->arena, n + 1, sizeof(*answers));

	if (answers == NULL)
		return schema_no_memory(schema, node);
	if (n == 0)
		return schema_error(schema, node, "expected an answer, or a list of answers");
	for (size_t i = 0; i < n; i++) {
		const struct yaml_node *one = node->kind == YAML_LIST ? node->entries[i].value
								      : node;

		if (!schema_expression(schema, one, &answers[i]))
			return false;
	}
	def->answers = answers;
	def->answer_count = n;
	return true;
}

bool
rule_dns_text(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	return schema_bool(schema, node, &def->list_text);
}

bool
rule_dns_type(const struct schema *schema, const struct yaml_node *node, struct rule_def *def)
{
	static const struct slice words[] = { { "A", 1 }, { "AAAA", 4 }, { "TXT", 3 }, { "MX", 2 },
		{ "NS", 2 }, { "PTR", 3 } };
	size_t which;

	if (!schema_word(schema, node, words, sizeof(words) / sizeof(words[0]), &which))
		return false;
	def->question_type = words[which];
	return true;
}
