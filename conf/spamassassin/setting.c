/*
 * setting.c - directives of SpamAssassin that have a home in steelyard.yaml
 *
 * They become settings as steelyard.yaml would have them; what stands there
 * wins over them.
 */
#include "conf/spamassassin/setting.h"

#include "engine/util/buf.h"

enum form {
	FORM_NUMBER,
	FORM_TEXT,
};

struct home {
	struct slice directive;
	const char *key;
	enum form form;
};

static const struct home homes[] = {
	{ { "required_score", 14 }, "thresholds.tag", FORM_NUMBER },
	{ { "report_hostname", 15 }, "hostname", FORM_TEXT },
};
#define HOME_COUNT (sizeof(homes) / sizeof(homes[0]))

static const struct home *
home_find(struct slice directive)
{
	for (size_t i = 0; i < HOME_COUNT; i++)
		if (slice_eq(homes[i].directive, directive))
			return &homes[i];
	return NULL;
}

bool
sa_list_is_setting(struct slice name)
{
	return home_find(name) != NULL;
}

/* In double quotes, so that any bytes are kept. */
static void
add_text(struct buf *out, struct slice text)
{
	buf_add_byte(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		unsigned char byte = (unsigned char)text.p[i];

		if (byte == '"' || byte == '\\')
			buf_printf(out, "\\%c", byte);
		else if (byte < 0x20 || byte == 0x7f)
			buf_printf(out, "\\x%02x", byte);
		else
			buf_add_byte(out, text.p[i]);
	}
	buf_add_byte(out, '"');
}

static void
add_value(struct buf *out, const struct sa_list *list, enum form form)
{
	struct slice value = list->entries.n == 0
				 ? SLICE("")
				 : *(struct slice *)vec_at(&list->entries, list->entries.n - 1);

	if (form == FORM_TEXT)
		add_text(out, value);
	else
		buf_add(out, value);
}

void
sa_resolve_settings(struct sa_config *config, struct rule_source *source)
{
	for (size_t i = 0; i < config->lists.n; i++) {
		const struct sa_list *list = *(struct sa_list **)vec_at(&config->lists, i);
		const struct home *home = home_find(list->name);
		struct buf value = { .arena = config->arena };

		if (home == NULL || sa_list_count(list) == 0)
			continue;
		add_value(&value, list, home->form);
		rule_source_add_setting(
		    source, slice_of(home->key), buf_slice(&value), &list->origin);
	}
}
