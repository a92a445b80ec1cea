/*
 * cmd_dnsbl.c - `steelyard dnsbl`: how DNS lists stand, and what each says of one thing
 *
 * status asks the daemon. check asks every list that the configuration
 * describes and that takes such a thing, whether rules ask it or not, and
 * tests it at the same time; it needs no daemon and no budget.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "engine/mime/domain.h"
#include "engine/mime/ip.h"
#include "milter/clock.h"
#include "milter/command.h"
#include "milter/control_protocol.h"
#include "milter/dns_service.h"
#include "milter/json.h"
#include "milter/list_lookup.h"
#include "milter/list_test.h"

#define STATUS_WAIT_S 10
#define CHECK_ARENA ((size_t)64 << 20)

static const char help_text[] =
    "usage: steelyard dnsbl status [--json] [-c FILE | --socket PATH]\n"
    "       steelyard dnsbl check [--json] [--dns FILE] [-c FILE] [--rules PATH]... IP|DOMAIN\n"
    "\n"
    "status  how the running steelyardd finds each DNS list that its rules ask\n"
    "check   what each list that is described says of an address or domain, how fast,\n"
    "        and whether it passes its tests; exits with 1 if a list has it\n"
    "\n"
    "      --dns FILE     take answers from a table, not from the DNS servers\n"
    "      --rules PATH   these rules and their lists, not the configured ones\n";

struct dnsbl_command {
	const char *config, *socket, *dns;
	struct vec rules; /* const char * */
	bool json, help;
	const char *word, *thing;
};

static bool
parse(struct dnsbl_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "dns", required_argument, NULL, 'd' },
		{ "rules", required_argument, NULL, 'r' },
		{ "json", no_argument, NULL, 'J' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (option == 'c')
			command->config = optarg;
		else if (option == 's')
			command->socket = optarg;
		else if (option == 'd')
			command->dns = optarg;
		else if (option == 'r')
			*(const char **)vec_push(&command->rules) = optarg;
		else if (option == 'J')
			command->json = true;
		else if (option == 'h')
			command->help = true;
		else
			return false;
	}
	if (optind < argc)
		command->word = argv[optind++];
	if (optind < argc)
		command->thing = argv[optind++];
	return optind == argc;
}

static int
status(const struct dnsbl_command *command)
{
	return command_ask(command->socket, command->config,
	    command->json ? CONTROL_DNSBL_JSON : CONTROL_DNSBL, STATUS_WAIT_S, COMMAND_FAULT);
}

/* One list that is asked, and what came of it. */
struct asked_list {
	size_t number;
	struct slice name; /* of the question */
	enum dns_list_says says;
	uint32_t code;
	int64_t us;
	struct slice text;
};

struct dnsbl_check {
	const struct dnsbl_command *command;
	struct arena *arena;
	struct resolver *resolver;
	const struct dns_lists *lists;
	struct asked_list asked[LIST_TESTS_MAX];
	size_t numbers[LIST_TESTS_MAX];
	struct list_finding findings[LIST_TESTS_MAX];
	size_t count;
	int64_t deadline_us;
};

/* The lists that take such a thing, with the names to ask for. False: it is neither. */
static bool
choose_lists(struct dnsbl_check *check)
{
	struct slice thing = slice_of(check->command->thing), key;
	unsigned kind = DNS_LIST_IP;
	struct ip ip;

	if (ip_parse(thing, &ip)) {
		key = ip_reversed(check->arena, &ip);
	} else {
		kind = DNS_LIST_DOMAIN;
		key = domain_to_ascii(check->arena, thing);
	}
	if (key.n == 0)
		return false;
	for (size_t i = 0; i < check->lists->n && check->count < LIST_TESTS_MAX; i++) {
		const struct dns_list *list = &check->lists->v[i];

		if ((list->takes & kind) == 0 || list->keyless)
			continue;
		check->numbers[check->count] = i;
		check->asked[check->count++] = (struct asked_list){ .number = i,
			.name = dns_list_name(check->arena, list, key) };
	}
	return true;
}

static void
take_answer(struct dnsbl_check *check, const struct dns_question *question,
    const struct dns_answer *answer, int64_t us)
{
	for (size_t i = 0; i < check->count; i++) {
		struct asked_list *asked = &check->asked[i];

		if (!slice_eq(asked->name, question->name))
			continue;
		if (question->type == DNS_TXT) {
			if (answer->record_count > 0)
				asked->text = arena_copy(check->arena, answer->records[0].data);
			continue;
		}
		asked->says = dns_list_read(&check->lists->v[asked->number], answer, &asked->code);
		asked->us = us;
	}
}

static void
ask_lists(struct dnsbl_check *check)
{
	struct list_lookup *lookup = list_lookup_new(check->resolver, check->lists, 0);
	const struct dns_question *question;
	const struct dns_answer *answer;
	int64_t begun_us = clock_monotonic_us();

	for (size_t i = 0; i < check->count; i++) {
		list_lookup_add(lookup, &(struct dns_question){ DNS_A, check->asked[i].name });
		list_lookup_add(lookup, &(struct dns_question){ DNS_TXT, check->asked[i].name });
	}
	while (list_lookup_wait(lookup, begun_us + check->deadline_us))
		while (list_lookup_next(lookup, &question, &answer))
			take_answer(check, question, answer, clock_monotonic_us() - begun_us);
	list_lookup_free(&lookup);
	list_test_run(check->resolver, check->lists, check->numbers, check->count,
	    check->deadline_us, check->findings);
}

/* "well", or why not. */
static const char *
health_word(const struct list_finding *finding)
{
	if (finding->well && finding->answered)
		return "well";
	return finding->answered ? "sick" : "no answer";
}

static void
print_line(const struct dnsbl_check *check, size_t i, struct buf *out)
{
	const struct asked_list *asked = &check->asked[i];
	const struct list_finding *finding = &check->findings[i];
	char code[DNS_CODE_TEXT_MAX];

	buf_printf(out, "%-16.*s %-11s %-15s %5lld ms  %s",
	    SLICE_ARG(check->lists->v[asked->number].name),
	    asked->says == DNS_LIST_SAYS_OPEN ? "no answer" : dns_list_says_word(asked->says),
	    asked->code == 0 ? "-" : dns_code_text(asked->code, code),
	    (long long)(asked->us / 1000), health_word(finding));
	if (finding->reason[0] != '\0')
		buf_printf(out, " (%s)", finding->reason);
	for (size_t k = 0; k < asked->text.n; k++) {
		char c = asked->text.p[k];

		if (k == 0)
			buf_add(out, SLICE("  "));
		buf_add_byte(out, c >= ' ' && c <= '~' ? c : '?');
	}
	buf_add_byte(out, '\n');
}

static void
print_json(const struct dnsbl_check *check, size_t i, struct json *json)
{
	const struct asked_list *asked = &check->asked[i];
	char code[DNS_CODE_TEXT_MAX] = "";

	json_open(json, '{');
	json_key(json, "list");
	json_string(json, check->lists->v[asked->number].name);
	json_key(json, "says");
	json_string(json,
	    slice_of(
		asked->says == DNS_LIST_SAYS_OPEN ? "no answer" : dns_list_says_word(asked->says)));
	json_key(json, "code");
	json_string(json, slice_of(asked->code == 0 ? "" : dns_code_text(asked->code, code)));
	json_key(json, "us");
	json_integer(json, asked->us);
	json_key(json, "health");
	json_string(json, slice_of(health_word(&check->findings[i])));
	json_key(json, "reason");
	json_string(json, slice_of(check->findings[i].reason));
	json_key(json, "text");
	json_string(json, asked->text.p == NULL ? SLICE("") : asked->text);
	json_close(json, '}');
}

/* Prints all; COMMAND_NO: a list has it. */
static int
print_check(const struct dnsbl_check *check)
{
	struct buf out = { 0 };
	struct json json = { .out = &out };
	int result = COMMAND_DONE;

	if (check->command->json)
		json_open(&json, '[');
	for (size_t i = 0; i < check->count; i++) {
		if (check->asked[i].says == DNS_LIST_SAYS_LISTED)
			result = COMMAND_NO;
		if (check->command->json)
			print_json(check, i, &json);
		else
			print_line(check, i, &out);
	}
	if (check->command->json) {
		json_close(&json, ']');
		buf_add_byte(&out, '\n');
	} else if (check->count == 0) {
		buf_add(&out, SLICE("no DNS list takes that\n"));
	}
	if (!command_print(&out))
		result = COMMAND_FAULT;
	buf_clear(&out);
	return result;
}

static int
check_with(const struct dnsbl_command *command, struct settings *settings,
    const struct ruleset *ruleset, struct dns_service *service)
{
	struct dnsbl_check check = { .command = command,
		.lists = ruleset_dns_lists(ruleset),
		.deadline_us = settings->dns_deadline };
	struct err err = { 0 };
	int result = COMMAND_USAGE;

	dns_service_apply(service, settings);
	check.resolver = dns_service_resolver(service, settings, &err);
	if (check.resolver == NULL) {
		command_complain("the DNS: %s", err.text[0] == '\0' ? "it is off" : err.text);
		return COMMAND_USAGE;
	}
	check.arena = arena_new(CHECK_ARENA);
	if (!choose_lists(&check)) {
		command_complain("%s: neither an address nor a domain", command->thing);
	} else {
		ask_lists(&check);
		result = print_check(&check);
	}
	arena_free(&check.arena);
	resolver_unref(&check.resolver);
	return result;
}

static int
check(const struct dnsbl_command *command)
{
	struct err err = { 0 };
	struct settings *settings = command_settings(command->config);
	struct dns_service *service = NULL;
	struct ruleset *ruleset = NULL;
	int result = COMMAND_USAGE;

	if (settings != NULL)
		ruleset = command_ruleset(settings, command->rules.p, command->rules.n);
	if (ruleset != NULL) {
		service = dns_service_new(command->dns == NULL ? "live" : command->dns, &err);
		if (service == NULL)
			command_complain("--dns: %s", err.text);
		else
			result = check_with(command, settings, ruleset, service);
	}
	dns_service_free(&service);
	ruleset_unref(&ruleset);
	settings_free(&settings);
	return result;
}

int
cmd_dnsbl(int argc, char **argv)
{
	struct dnsbl_command command = { .rules = VEC_OF(const char *, NULL) };
	bool good = parse(&command, argc, argv);
	int result = COMMAND_USAGE;

	if (good && !command.help && command.word != NULL && strcmp(command.word, "status") == 0 &&
	    command.thing == NULL) {
		result = status(&command);
	} else if (good && !command.help && command.word != NULL &&
		   strcmp(command.word, "check") == 0 && command.thing != NULL) {
		result = check(&command);
	} else {
		fputs(help_text, command.help ? stdout : stderr);
		result = command.help ? COMMAND_DONE : COMMAND_USAGE;
	}
	vec_clear(&command.rules);
	return result;
}
