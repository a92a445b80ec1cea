/*
 * fuzz_yaml.c - any bytes as steelyard.yaml and as a rule file
 *
 * Beyond not crashing: a refusal is always told of, and a tree that is
 * rendered on one line reads back as the same tree.
 */
#include <stdint.h>
#include <stdlib.h>

#include "conf/rules_yaml.h"
#include "conf/settings.h"
#include "conf/yaml.h"
#include "conf/yaml_render.h"

/* libyaml takes no plain key over 1024 characters, which rendering may bring about. */
#define RENDER_MAX 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool held)
{
	if (!held)
		abort();
}

static void
render_twice(struct slice bytes)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	struct diagnostics *found = diagnostics_new();
	const struct yaml_node *root = yaml_read(arena, "f", bytes, found);
	struct buf first = { 0 }, second = { 0 };

	must(root != NULL || diagnostics_count(found, SEVERITY_ERROR) > 0);
	if (root != NULL && bytes.n < RENDER_MAX) {
		yaml_render(root, &first);
		root = yaml_read(arena, "g", buf_slice(&first), found);
		must(root != NULL);
		yaml_render(root, &second);
		must(slice_eq(buf_slice(&first), buf_slice(&second)));
	}
	buf_clear(&first);
	buf_clear(&second);
	diagnostics_free(&found);
	arena_free(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = { (const char *)data, size };
	struct diagnostics *found = diagnostics_new();
	struct rule_source source = RULE_SOURCE_INIT;
	struct ruleset_source view;
	struct settings *settings;
	struct policy policy;

	render_twice(bytes);
	rules_yaml_read(&source, "f", "local", bytes, found);
	rule_source_view(&source, &view);
	rule_source_clear(&source);
	if (settings_read("f", bytes, &settings, found))
		settings_policy(settings, &policy);
	else
		must(diagnostics_count(found, SEVERITY_ERROR) > 0);
	settings_free(&settings);
	diagnostics_free(&found);
	return 0;
}
