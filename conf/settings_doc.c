/*
 * settings_doc.c - settings.def as people read it: steelyard.yaml with comments, and its manual
 *
 * Run by make: "settings_doc yaml" prints the file that is installed, in which
 * every key stands commented out with its default; "settings_doc man TEMPLATE"
 * prints TEMPLATE with the list of keys (mdoc) in place of its line @SETTINGS@.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/settings.h"
#include "engine/util/slice.h"

#define WIDTH 78

/* Writes words of `text` in lines that begin with `lead`. */
static void
print_wrapped(const char *lead, const char *text)
{
	struct slice rest = slice_of(text);
	size_t column = 0;

	while (rest.n > 0) {
		size_t n = slice_find_byte(rest, 0, ' ');

		if (column > 0 && column + 1 + n > WIDTH) {
			putchar('\n');
			column = 0;
		}
		column += (size_t)printf(
		    "%s%.*s", column == 0 ? lead : " ", SLICE_ARG(slice_cut(rest, 0, n)));
		rest = slice_from(rest, n + 1);
	}
	putchar('\n');
}

/* Writes a value, with line ends behind commas (not those in quotes) where it is long. */
static void
print_value(size_t column, const char *value)
{
	bool quoted = false;

	for (const char *p = value; *p != '\0'; p++) {
		putchar(*p);
		column++;
		if (*p == '\'')
			quoted = !quoted;
		if (!quoted && *p == ',' && p[1] == ' ' && column > WIDTH / 2) {
			printf("\n#   ");
			column = 4;
		}
	}
	putchar('\n');
}

/* A setting, commented out: its group when that begins, its documentation, its default. */
static void
print_yaml_setting(const struct setting *setting, const struct setting *before)
{
	const char *dot = strchr(setting->key, '.');
	size_t group = dot == NULL ? 0 : (size_t)(dot - setting->key) + 1;
	bool begins = group > 0 &&
		      (before == NULL || strncmp(before->key, setting->key, group) != 0);

	putchar('\n');
	if (begins)
		printf("#%.*s:\n", (int)group - 1, setting->key);
	print_wrapped(group > 0 ? "  # " : "# ", setting->doc);
	print_value((size_t)printf("#%s%s: ", group > 0 ? "  " : "", setting->key + group),
	    setting->standard);
}

static void
print_yaml(const struct settings *settings)
{
	printf("# steelyard.yaml - the configuration of Steelyard; see steelyard.yaml(5)\n#\n"
	       "# Every setting stands here with its default. To change one, take away the #\n"
	       "# in front of it (and of the line that begins its group) and write your value.\n"
	       "# \"steelyard config\" checks the file; \"steelyard reload\" puts it in force.\n");
	for (size_t i = 0; i < settings_count(); i++)
		print_yaml_setting(
		    settings_at(settings, i), i == 0 ? NULL : settings_at(settings, i - 1));
}

/* Writes text so that mdoc takes no part of it for a macro. */
static void
print_mdoc(const char *text)
{
	if (*text == '.' || *text == '\'')
		printf("\\&");
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			printf("\\e");
		else if (*text == '\'')
			printf("\\(aq");
		else if (*text == '"')
			printf("\\(dq");
		else
			putchar(*text);
		/* A sentence ends its line. */
		if (*text == '.' && text[1] == ' ' && text[2] >= 'A' && text[2] <= 'Z') {
			putchar('\n');
			text++;
		}
	}
	putchar('\n');
}

/* Types whose words the documentation of their setting lists. */
static const char *
type_shown(const char *type)
{
	static const char *const words[] = { "log_to", "log_recipients", "facility",
		"on_incomplete", "fail_action" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(type, words[i]) == 0)
			return "word";
	return type;
}

static void
print_man_settings(const struct settings *settings)
{
	printf(".Bl -tag -width Ds\n");
	for (size_t i = 0; i < settings_count(); i++) {
		const struct setting *setting = settings_at(settings, i);

		printf(".It Ic %s : Ar %s\n", setting->key, type_shown(setting->type));
		print_mdoc(setting->doc);
		printf("Default:\n.Li \"");
		for (const char *p = setting->standard; *p != '\0'; p++)
			printf(*p == '\'' ? "\\(aq" : *p == '"' ? "\\(dq" : "%c", *p);
		printf("\"\n");
	}
	printf(".El\n");
}

static int
print_man(const struct settings *settings, const char *template)
{
	FILE *file = fopen(template, "r");
	char line[1024];

	if (file == NULL) {
		perror(template);
		return 1;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strcmp(line, "@SETTINGS@\n") == 0)
			print_man_settings(settings);
		else
			fputs(line, stdout);
	}
	fclose(file);
	return 0;
}

int
main(int argc, char **argv)
{
	struct diagnostics *found = diagnostics_new();
	struct settings *settings;
	int status = 2;

	if (!settings_load(NULL, &settings, found))
		diagnostics_print(found, stderr);
	else if (argc == 2 && strcmp(argv[1], "yaml") == 0) {
		print_yaml(settings);
		status = 0;
	} else if (argc == 3 && strcmp(argv[1], "man") == 0)
		status = print_man(settings, argv[2]);
	else
		fprintf(stderr, "usage: settings_doc yaml | man TEMPLATE\n");
	settings_free(&settings);
	diagnostics_free(&found);
	return ferror(stdout) || fflush(stdout) != 0 ? 1 : status;
}
