/*
 * replace_directive.c - directives about tags in patterns (plugin ReplaceTags)
 */
#include "conf/replace_tag.h"
#include "conf/spamassassin/directive.h"

static void
set_tag(struct sa_config *config, const struct sa_statement *statement, enum replace_kind kind)
{
	struct slice text = statement->value, name;

	if (!slice_next_word(&text, &name) || slice_trim(text).n == 0)
		sa_config_warn(config, &statement->origin, SLICE_ABSENT,
		    "%.*s: expected the name of a tag and a piece of a pattern",
		    SLICE_ARG(statement->key));
	else
		replace_tags_set(config->tags, kind, name, slice_trim(text));
}

void
sa_read_replace_tag(struct sa_config *config, const struct sa_statement *statement)
{
	set_tag(config, statement, REPLACE_TAG);
}

void
sa_read_replace_pre(struct sa_config *config, const struct sa_statement *statement)
{
	set_tag(config, statement, REPLACE_PRE);
}

void
sa_read_replace_inter(struct sa_config *config, const struct sa_statement *statement)
{
	set_tag(config, statement, REPLACE_INTER);
}

void
sa_read_replace_post(struct sa_config *config, const struct sa_statement *statement)
{
	set_tag(config, statement, REPLACE_POST);
}

void
sa_read_replace_start(struct sa_config *config, const struct sa_statement *statement)
{
	replace_tags_start(config->tags, statement->value);
}

void
sa_read_replace_end(struct sa_config *config, const struct sa_statement *statement)
{
	replace_tags_end(config->tags, statement->value);
}

void
sa_read_replace_rules(struct sa_config *config, const struct sa_statement *statement)
{
	struct slice rest = statement->value, name;

	while (slice_next_word(&rest, &name))
		sa_config_rule(config, name)->replace = true;
}
