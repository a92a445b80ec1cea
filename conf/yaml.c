/*
 * yaml.c - a tree out of libyaml's events, and an error with a cure for each trap
 *
 * The only user of libyaml, and only of its event interface: its document
 * loader is quadratic in nesting. Bytes are looked over once beforehand, so
 * that what libyaml sees is UTF-8 whose lines end where an editor ends them.
 * Limits are asked at each event. What YAML makes of a leading ! & * % @ or of
 * ": " is told in the words of somebody who wrote a regular expression there.
 *
 * Positions: libyaml counts characters, people's tools count bytes. A cursor
 * walks the bytes along with the events' marks, which only rise (a step back
 * is walked back), so positions cost one pass over the file.
 */
#include "conf/yaml.h"

#include <stdint.h>
#include <string.h>

#include <yaml.h>

#include "engine/util/ascii.h"
#include "engine/util/map.h"
#include "engine/util/utf8.h"
#include "engine/util/vec.h"

/* Mappings with more keys than this look for duplicates by hash. */
#define KEYS_BY_HAND 16

/* A place in the bytes, and the same place as libyaml counts it. */
struct place {
	size_t index; /* characters before it */
	size_t at; /* bytes before it */
	size_t line_start; /* byte that begins its line */
	unsigned line; /* from 1 */
};

struct reader {
	yaml_parser_t parser;
	struct arena *arena;
	const char *file;
	struct slice bytes;
	struct diagnostics *diagnostics;
	struct place place;
	size_t events;
	bool failed;
};

static unsigned
place_column(const struct place *place)
{
	return (unsigned)(place->at - place->line_start + 1);
}

static void
place_forward(struct place *place, struct slice bytes)
{
	uint32_t code;
	size_t n = utf8_read(slice_from(bytes, place->at), &code);

	if (bytes.p[place->at] == '\n') {
		place->line++;
		place->line_start = place->at + 1;
	}
	place->at += n == 0 ? 1 : n;
	place->index++;
}

static void
place_back(struct place *place, struct slice bytes)
{
	do
		place->at--;
	while (place->at > 0 && ((unsigned char)bytes.p[place->at] & 0xc0) == 0x80);
	place->index--;
	if (bytes.p[place->at] != '\n')
		return;
	place->line--;
	place->line_start = place->at;
	while (place->line_start > 0 && bytes.p[place->line_start - 1] != '\n')
		place->line_start--;
}

/* Moves the reader's place to libyaml's mark. */
static const struct place *
reader_seek(struct reader *reader, const yaml_mark_t *mark)
{
	struct place *place = &reader->place;

	while (place->index > mark->index)
		place_back(place, reader->bytes);
	while (place->index < mark->index && place->at < reader->bytes.n)
		place_forward(place, reader->bytes);
	return place;
}

/* The byte at the place, or NUL at the end. */
static char
reader_byte(const struct reader *reader)
{
	return reader->place.at < reader->bytes.n ? reader->bytes.p[reader->place.at] : '\0';
}

/* Tells of an error at the reader's place; the first one ends the reading. */
static void
reader_fail(struct reader *reader, const char *text)
{
	if (!reader->failed)
		diagnostics_add(reader->diagnostics, SEVERITY_ERROR, reader->file,
		    reader->place.line, place_column(&reader->place), "%s", text);
	reader->failed = true;
}

/* What is wrong with the character `code`, or NULL. */
static const char *
character_problem(uint32_t code)
{
	if (code == '\0')
		return "a NUL byte: the file must be UTF-8 text";
	if (code == 0x85 || code == 0x2028 || code == 0x2029)
		return "a character that YAML takes for the end of a line (U+0085, U+2028 or U+2029): "
		       "remove it";
	if (code == '\t' || code == '\n' || code == '\r')
		return NULL;
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return "a control character: remove it";
	if (code == 0xfeff || (code & 0xfffe) == 0xfffe)
		return "a byte order mark or non-character inside the file: remove it";
	return NULL;
}

/* Looks over all bytes before libyaml does. */
static bool
reader_check_bytes(struct reader *reader)
{
	struct place *place = &reader->place;
	struct slice bytes = reader->bytes;

	if (slice_starts(bytes, SLICE("\xff\xfe")) || slice_starts(bytes, SLICE("\xfe\xff")))
		reader_fail(reader, "UTF-16: save the file as UTF-8");
	while (!reader->failed && place->at < bytes.n) {
		uint32_t code;
		const char *problem;

		if (utf8_read(slice_from(bytes, place->at), &code) == 0)
			problem = "bytes that are not UTF-8: save the file as UTF-8";
		else
			problem = character_problem(code);
		if (problem == NULL && code == '\r' &&
		    (place->at + 1 == bytes.n || bytes.p[place->at + 1] != '\n'))
			problem =
			    "a carriage return without a line feed: end lines with LF or CRLF";
		if (problem != NULL)
			reader_fail(reader, problem);
		else
			place_forward(place, bytes);
	}
	if (!reader->failed)
		*place = (struct place){ .line = 1 };
	return !reader->failed;
}

/* libyaml's words (of the context, or of the problem) and what people should read instead. */
static const struct {
	const char *context; /* "": any */
	const char *problem; /* "": any */
	const char *cure;
} cures[] = {
	{ "", "mapping values are not allowed in this context",
	    "': ' inside plain text begins a mapping: put the whole text in single quotes" },
	{ "while scanning an anchor", "",
	    "a leading & makes an anchor: put the text in single quotes" },
	{ "while scanning an alias", "",
	    "a leading * makes an alias: put the text in single quotes" },
	{ "while scanning a tag", "", "a leading ! makes a tag: put the text in single quotes" },
	{ "while parsing a tag", "", "a leading ! makes a tag: put the text in single quotes" },
	{ "while parsing a node", "found undefined tag handle",
	    "a leading ! makes a tag: put the text in single quotes" },
	{ "while scanning a directive", "",
	    "a leading % makes a directive: put the text in single quotes" },
	{ "", "found unknown escape character",
	    "inside double quotes YAML would eat the backslashes: use single quotes" },
	{ "while parsing a quoted scalar", "",
	    "inside double quotes YAML would eat the backslashes: use single quotes" },
	{ "while scanning a quoted scalar", "found unexpected end of stream",
	    "the quote that begins here is never closed; a quote inside single quotes is "
	    "written ''" },
	{ "while scanning a quoted scalar", "found unexpected document indicator",
	    "the quote that begins here is never closed; a quote inside single quotes is "
	    "written ''" },
	{ "while scanning a block scalar", "",
	    "a leading | or > begins a block of text: put the text in single quotes, or begin "
	    "the block on the next line, indented with spaces" },
	{ "while scanning a simple key", "",
	    "expected ': ' behind a key: a line of a mapping is written KEY: VALUE" },
	{ "while parsing a block mapping", "",
	    "expected a key here: check the indentation; a quote inside single quotes is "
	    "written '', and nothing may follow the closing quote" },
	{ "while parsing a block collection", "",
	    "expected '- ' here: check the indentation; nothing may follow a closing quote" },
	{ "while parsing a flow sequence", "",
	    "expected ',' or ']' here: put texts with , [ ] { } in single quotes" },
	{ "while parsing a flow mapping", "",
	    "expected ',' or '}' here: put texts with , [ ] { } in single quotes" },
	{ "while parsing a flow node", "",
	    "expected a value here: put texts with , [ ] { } in single quotes" },
	{ "", "block sequence entries are not allowed in this context",
	    "'- ' begins a list and cannot stand here: put the list on lines of its own, or "
	    "the text in single quotes" },
	{ "", "did not find expected <document start>",
	    "text behind the end of the document: a file is one mapping" },
	{ "", "found a tab character that violates indentation",
	    "a tab in the indentation: use spaces" },
};

/* A leading character that no plain text may have. */
static const char *
lead_cure(char c)
{
	switch (c) {
	case '!':
		return "a leading ! makes a tag: put the text in single quotes";
	case '&':
		return "a leading & makes an anchor: put the text in single quotes";
	case '*':
		return "a leading * makes an alias: put the text in single quotes";
	case '%':
		return "plain text cannot begin with %: put the text in single quotes";
	case '@':
		return "plain text cannot begin with @: put the text in single quotes";
	case '`':
		return "plain text cannot begin with `: put the text in single quotes";
	case '\t':
		return "a tab in the indentation: use spaces";
	default:
		return NULL;
	}
}

/* Tells what libyaml stumbled over. */
static void
reader_fail_parse(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	const char *problem = parser->problem != NULL ? parser->problem : "not YAML";
	const char *context = parser->context != NULL ? parser->context : "";
	const char *cure = NULL;
	bool unclosed = strcmp(context, "while scanning a quoted scalar") == 0;

	reader_seek(reader, unclosed ? &parser->context_mark : &parser->problem_mark);
	if (strcmp(problem, "found character that cannot start any token") == 0)
		cure = lead_cure(reader_byte(reader));
	for (size_t i = 0; cure == NULL && i < sizeof(cures) / sizeof(cures[0]); i++)
		if ((cures[i].context[0] == '\0' || strcmp(context, cures[i].context) == 0) &&
		    (cures[i].problem[0] == '\0' || strcmp(problem, cures[i].problem) == 0))
			cure = cures[i].cure;
	reader_fail(reader, cure != NULL ? cure : problem);
}

/* The next event, which the caller deletes; false: told of. */
static bool
reader_next(struct reader *reader, yaml_event_t *event)
{
	if (!yaml_parser_parse(&reader->parser, event)) {
		reader_fail_parse(reader);
		return false;
	}
	reader_seek(reader, &event->start_mark);
	if (++reader->events > YAML_EVENTS_MAX) {
		reader_fail(reader, "more than 200000 items in one file: split it");
		yaml_event_delete(event);
		return false;
	}
	return true;
}

/* A node at the reader's place; NULL is told of. */
static struct yaml_node *
node_new(struct reader *reader, enum yaml_kind kind)
{
	struct yaml_node *node = arena_alloc(reader->arena, sizeof(*node));

	if (node == NULL) {
		reader_fail(reader, "out of memory for configuration");
		return NULL;
	}
	node->kind = kind;
	node->line = reader->place.line;
	node->column = place_column(&reader->place);
	return node;
}

static enum yaml_style
style_of(const yaml_event_t *event)
{
	switch (event->data.scalar.style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		return YAML_SINGLE;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		return YAML_DOUBLE;
	case YAML_LITERAL_SCALAR_STYLE:
		return YAML_LITERAL;
	case YAML_FOLDED_SCALAR_STYLE:
		return YAML_FOLDED;
	case YAML_ANY_SCALAR_STYLE:
	case YAML_PLAIN_SCALAR_STYLE:
		break;
	}
	return YAML_PLAIN;
}

/* Whether blanks and a # stand at the reader's place: a comment that may be meant as text. */
static bool
comment_stands_here(const struct reader *reader)
{
	size_t at = reader->place.at;

	while (at < reader->bytes.n && ascii_is_blank(reader->bytes.p[at]))
		at++;
	return at > reader->place.at && at < reader->bytes.n && reader->bytes.p[at] == '#';
}

static const struct yaml_node *
read_text(struct reader *reader, const yaml_event_t *event)
{
	struct slice text = { (const char *)event->data.scalar.value, event->data.scalar.length };
	struct yaml_node *node = node_new(reader, YAML_TEXT);

	if (node == NULL)
		return NULL;
	if (text.n > YAML_TEXT_MAX) {
		reader_fail(reader, "a text of more than 64 KB");
		return NULL;
	}
	if (memchr(text.p, '\0', text.n) != NULL) {
		reader_fail(reader, "a NUL character in a text");
		return NULL;
	}
	node->text = arena_copy(reader->arena, text);
	node->style = style_of(event);
	node->many_lines = event->end_mark.line > event->start_mark.line &&
			   node->style != YAML_LITERAL && node->style != YAML_FOLDED;
	if (node->style == YAML_PLAIN) {
		reader_seek(reader, &event->end_mark);
		node->comment_follows = comment_stands_here(reader);
	}
	return node->text.p == NULL ? NULL : node;
}

static const struct yaml_node *
read_node(struct reader *reader, yaml_event_t *event, unsigned depth);

static const struct yaml_node *
read_list(struct reader *reader, unsigned depth)
{
	struct yaml_node *node = node_new(reader, YAML_LIST);
	struct vec entries = VEC_OF(struct yaml_entry, reader->arena);
	yaml_event_t event;

	while (node != NULL && reader_next(reader, &event)) {
		struct yaml_entry *entry;

		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			node->entries = entries.p;
			node->n = entries.n;
			return node;
		}
		entry = vec_push(&entries);
		if (entry == NULL)
			reader_fail(reader, "out of memory for configuration");
		else
			entry->value = read_node(reader, &event, depth + 1);
		yaml_event_delete(&event);
		if (reader->failed)
			break;
	}
	return NULL;
}

/* The keys of a mapping that is being read. */
struct keys {
	struct vec entries; /* struct yaml_entry */
	struct map *map; /* from KEYS_BY_HAND on */
};

static const struct yaml_node *
keys_find(const struct keys *keys, struct slice text)
{
	if (keys->map != NULL)
		return map_find(keys->map, text);
	for (size_t i = 0; i < keys->entries.n; i++) {
		const struct yaml_entry *entry = vec_at(&keys->entries, i);

		if (slice_eq(entry->key->text, text))
			return entry->key;
	}
	return NULL;
}

static bool
keys_add(struct keys *keys, const struct yaml_node *key, const struct yaml_node *value)
{
	struct yaml_entry *entry = vec_push(&keys->entries);

	if (entry == NULL)
		return false;
	*entry = (struct yaml_entry){ key, value };
	if (keys->map == NULL && keys->entries.n == KEYS_BY_HAND) {
		keys->map = map_new(keys->entries.arena, MAP_EXACT, 0);
		for (size_t i = 0; keys->map != NULL && i < keys->entries.n; i++) {
			entry = vec_at(&keys->entries, i);
			if (!map_add(keys->map, entry->key->text, (void *)(uintptr_t)entry->key))
				return false;
		}
		return keys->map != NULL;
	}
	return keys->map == NULL || map_add(keys->map, key->text, (void *)(uintptr_t)key);
}

/* The key that `event` begins; NULL is told of. */
static const struct yaml_node *
read_key(struct reader *reader, yaml_event_t *event, unsigned depth)
{
	const struct yaml_node *key;

	if (event->type != YAML_SCALAR_EVENT && lead_cure(reader_byte(reader)) == NULL) {
		reader_fail(reader, "a key must be a text");
		return NULL;
	}
	key = read_node(reader, event, depth);
	if (key != NULL && key->style == YAML_PLAIN && slice_eq(key->text, SLICE("<<"))) {
		reader_seek(reader, &event->start_mark);
		reader_fail(reader, "merge keys are not taken: write the keys out");
		return NULL;
	}
	return key;
}

/* Reads the value of `key` and adds both; a key that stands already is told of and left out. */
static void
read_value(struct reader *reader, struct keys *keys, const struct yaml_node *key, unsigned depth)
{
	const struct yaml_node *first = keys_find(keys, key->text), *value;
	yaml_event_t event;

	if (!reader_next(reader, &event))
		return;
	value = read_node(reader, &event, depth + 1);
	yaml_event_delete(&event);
	if (value == NULL)
		return;
	if (first != NULL)
		diagnostics_add(reader->diagnostics, SEVERITY_ERROR, reader->file, key->line,
		    key->column, "duplicate key \"%.*s\": it stands in line %u already",
		    SLICE_ARG(slice_cut(key->text, 0, 80)), first->line);
	else if (!keys_add(keys, key, value))
		reader_fail(reader, "out of memory for configuration");
}

static const struct yaml_node *
read_mapping(struct reader *reader, unsigned depth)
{
	struct yaml_node *node = node_new(reader, YAML_MAPPING);
	struct keys keys = { .entries = VEC_OF(struct yaml_entry, reader->arena) };
	yaml_event_t event;

	while (node != NULL && !reader->failed && reader_next(reader, &event)) {
		const struct yaml_node *key;

		if (event.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&event);
			node->entries = keys.entries.p;
			node->n = keys.entries.n;
			return node;
		}
		key = read_key(reader, &event, depth);
		yaml_event_delete(&event);
		if (key == NULL)
			break;
		read_value(reader, &keys, key, depth);
	}
	return NULL;
}

/* The node that `event` begins; NULL is told of. */
static const struct yaml_node *
read_node(struct reader *reader, yaml_event_t *event, unsigned depth)
{
	char lead = reader_byte(reader);

	/* Of these no text, list or mapping begins: a tag, an anchor or an alias stands here. */
	if (lead == '!' || lead == '&' || lead == '*') {
		reader_fail(reader, lead_cure(lead));
		return NULL;
	}
	if (event->type == YAML_SCALAR_EVENT)
		return read_text(reader, event);
	if (depth >= YAML_DEPTH_MAX) {
		reader_fail(reader, "nested deeper than 16 levels");
		return NULL;
	}
	if (event->type == YAML_SEQUENCE_START_EVENT)
		return read_list(reader, depth);
	return read_mapping(reader, depth);
}

/* From the first event to the document's root; an empty stream is an empty mapping. */
static const struct yaml_node *
read_document(struct reader *reader)
{
	const struct yaml_node *root = NULL;
	yaml_event_t event;

	while (root == NULL && !reader->failed && reader_next(reader, &event)) {
		switch (event.type) {
		case YAML_STREAM_END_EVENT:
			root = node_new(reader, YAML_MAPPING);
			break;
		case YAML_DOCUMENT_START_EVENT:
			if (event.data.document_start.version_directive != NULL ||
			    event.data.document_start.tag_directives.start !=
				event.data.document_start.tag_directives.end)
				reader_fail(reader, "directives (%YAML, %TAG) are not taken");
			break;
		case YAML_STREAM_START_EVENT:
			break;
		default:
			root = read_node(reader, &event, 0);
		}
		yaml_event_delete(&event);
	}
	return reader->failed ? NULL : root;
}

/* Whether nothing stands behind the root. */
static bool
read_end(struct reader *reader)
{
	bool ended = false;
	yaml_event_t event;

	while (!ended && !reader->failed && reader_next(reader, &event)) {
		if (event.type == YAML_DOCUMENT_START_EVENT)
			reader_fail(reader, "a second document: a file is one document");
		ended = event.type == YAML_STREAM_END_EVENT || event.type == YAML_NO_EVENT;
		yaml_event_delete(&event);
	}
	return !reader->failed;
}

/* An empty document ("---" alone, or comments alone) has an empty plain text for a root. */
static bool
is_nothing(const struct yaml_node *node)
{
	return node->kind == YAML_TEXT && node->style == YAML_PLAIN && node->text.n == 0;
}

const struct yaml_node *
yaml_read(
    struct arena *arena, const char *file, struct slice bytes, struct diagnostics *diagnostics)
{
	struct reader reader = { .arena = arena, .file = file, .diagnostics = diagnostics };
	size_t errors = diagnostics_count(diagnostics, SEVERITY_ERROR);
	const struct yaml_node *root = NULL;

	reader.bytes = slice_starts(bytes, SLICE("\xef\xbb\xbf")) ? slice_from(bytes, 3) : bytes;
	if (reader.bytes.n == 0)
		reader.bytes = SLICE(""); /* libyaml wants a pointer */
	reader.place.line = 1;
	if (bytes.n > YAML_FILE_MAX)
		reader_fail(&reader, "a file of more than 8 MB: split it");
	if (reader.failed || !reader_check_bytes(&reader))
		return NULL;
	if (!yaml_parser_initialize(&reader.parser)) {
		reader_fail(&reader, "out of memory for configuration");
		return NULL;
	}
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &reader.parser, (const unsigned char *)reader.bytes.p, reader.bytes.n);
	root = read_document(&reader);
	if (root != NULL && !read_end(&reader))
		root = NULL;
	yaml_parser_delete(&reader.parser);
	if (root == NULL || diagnostics_count(diagnostics, SEVERITY_ERROR) > errors)
		return NULL;
	return is_nothing(root) ? node_new(&reader, YAML_MAPPING) : root;
}

const struct yaml_node *
yaml_find(const struct yaml_node *mapping, struct slice key)
{
	for (size_t i = 0; i < mapping->n; i++)
		if (mapping->entries[i].key != NULL && slice_eq(mapping->entries[i].key->text, key))
			return mapping->entries[i].value;
	return NULL;
}

const char *
yaml_kind_name(const struct yaml_node *node)
{
	switch (node->kind) {
	case YAML_LIST:
		return "a list";
	case YAML_MAPPING:
		return "a mapping";
	case YAML_TEXT:
		break;
	}
	return is_nothing(node) ? "nothing" : "text";
}
