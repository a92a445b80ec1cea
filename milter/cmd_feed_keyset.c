/*
 * cmd_feed_keyset.c - `steelyard feed keyset`: a draft of who may sign, and a root's word for it
 *
 * The draft is a text file, "steelyard-keyset-draft-1 CHANNEL VERSION" and the lines of a
 * keyset. It holds no secret: it may be edited here and signed on a machine without
 * a network, and what was signed is put into Redis from a third.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "conf/file.h"
#include "milter/clock.h"
#include "milter/cmd_feed.h"
#include "milter/command.h"
#include "milter/feed_desk.h"
#include "milter/json.h"
#include "shared-sync/stored_file.h"

#define DRAFT "steelyard-keyset-draft-1 "
#define DRAFT_MAX (CARRIED_KEYSET_BODY_MAX + 256)
#define SIGNED_MAX (CARRIED_KEYSET_BODY_MAX + 2 * CARRIED_HEADER_MAX)
/* For how long a keyset holds if nothing else is said: a year. */
#define KEYSET_S (INT64_C(365) * 24 * 3600)

/* What keyset subcommands share. */
struct keyset_job {
	const struct feed_options *options;
	struct feed_desk desk;
	const char *path; /* of the draft */
	struct keyset draft;
};

static bool
read_draft_text(struct keyset_job *job, struct slice text)
{
	struct slice line = SLICE_ABSENT, word;
	struct err err = { 0 };

	slice_next_line(&text, &line);
	if (!slice_starts(line, SLICE(DRAFT))) {
		command_complain("%s: no draft of a keyset", job->path);
		return false;
	}
	line = slice_from(line, sizeof(DRAFT) - 1);
	if (!slice_next_word(&line, &word) || !slice_eq(word, job->desk.channel)) {
		command_complain("%s: a draft of another channel", job->path);
		return false;
	}
	if (!slice_next_word(&line, &word) || !carried_number(word, &job->draft.version))
		job->draft.version = 0;
	if (keyset_read(text, &job->draft, &err))
		return true;
	command_complain("%s: %s", job->path, err.text);
	return false;
}

/* A draft that is not there yet is an empty one. */
static bool
read_draft(struct keyset_job *job)
{
	struct arena *arena = arena_new(DRAFT_MAX + 65536);
	struct err err = { 0 };
	struct slice text;
	bool good = true;

	job->path = job->options->file;
	if (job->path == NULL)
		job->path = arena_printf(job->desk.arena, "%.*s/%.*s.keyset",
		    SLICE_ARG(job->desk.state), SLICE_ARG(job->desk.channel))
				.p;
	if (access(job->path, F_OK) == 0)
		good = file_read(arena, job->path, DRAFT_MAX, &text, &err) > 0
			   ? read_draft_text(job, text)
			   : command_complain_err(&err);
	arena_free(&arena);
	return good;
}

static bool
write_draft(const struct keyset_job *job)
{
	struct buf text = { 0 };
	struct err err = { 0 };
	bool good = job->options->file != NULL || stored_folder_make(job->desk.state.p, &err);

	buf_printf(
	    &text, DRAFT "%.*s %" PRIu64 "\n", SLICE_ARG(job->desk.channel), job->draft.version);
	keyset_write(&job->draft, &text);
	good = good && stored_file_write(job->path, buf_slice(&text), 0644, &err);
	buf_clear(&text);
	return good || command_complain_err(&err);
}

/* KEY: "ed25519:...", or the file of a secret key, whose word on its role counts. */
static bool
read_key(const char *text, struct keyset_key *key)
{
	struct feed_secret secret;
	struct err err = { 0 };

	*key = (struct keyset_key){ 0 };
	if (slice_starts(slice_of(text), SLICE("ed25519:")))
		return feed_public_read(slice_of(text), &key->public, &err) ||
		       command_complain_err(&err);
	if (!feed_key_read(text, &secret))
		return false;
	key->public = secret.public;
	key->roles = secret.roles;
	feed_secret_clear(&secret);
	return true;
}

static int
keyset_add(struct keyset_job *job, const char *text)
{
	struct keyset_key key;

	if (text == NULL) {
		command_complain("which key? its file, or ed25519:...");
		return COMMAND_USAGE;
	}
	if (!read_draft(job) || !read_key(text, &key))
		return COMMAND_NO;
	if (job->options->roles != NULL &&
	    !feed_roles_read(slice_of(job->options->roles), &key.roles))
		key.roles = 0;
	if (key.roles == 0 || (key.roles & FEED_ROLE_ROOT) != 0) {
		command_complain(
		    "a keyset's key is for entry, head or entry,head: --roles (a root key is not in it)");
		return COMMAND_USAGE;
	}
	if (keyset_find(&job->draft, key.public.id) != NULL) {
		command_complain("key %s is in it already", key.public.id);
		return COMMAND_NO;
	}
	if (job->draft.n == KEYSET_KEYS_MAX) {
		command_complain("a keyset has %d keys at most", KEYSET_KEYS_MAX);
		return COMMAND_NO;
	}
	job->draft.keys[job->draft.n++] = key;
	return write_draft(job) ? COMMAND_DONE : COMMAND_FAULT;
}

/* The key that an id, a public key or a file names; NULL, told of. */
static struct keyset_key *
find_key(struct keyset_job *job, const char *text)
{
	const char *id = text;
	struct keyset_key key;

	if (strlen(text) != FEED_KEY_ID || keyset_find(&job->draft, text) == NULL) {
		if (!read_key(text, &key))
			return NULL;
		id = key.public.id;
	}
	for (size_t i = 0; i < job->draft.n; i++)
		if (strcmp(job->draft.keys[i].public.id, id) == 0)
			return &job->draft.keys[i];
	command_complain("key %s is not in %s", id, job->path);
	return NULL;
}

static int
keyset_retire(struct keyset_job *job, const char *text)
{
	struct keyset_key *key;
	uint64_t last;

	if (text == NULL || job->options->last_seq == NULL) {
		command_complain("which key, and which of its entries is the last that counts? KEY "
				 "--last-seq N (steelyard feed log lists them)");
		return COMMAND_USAGE;
	}
	if (!feed_option_number("last-seq", job->options->last_seq, &last))
		return COMMAND_USAGE;
	if (!read_draft(job))
		return COMMAND_NO;
	key = find_key(job, text);
	if (key == NULL)
		return COMMAND_NO;
	key->retired = true;
	key->last_seq = last;
	return write_draft(job) ? COMMAND_DONE : COMMAND_FAULT;
}

/* Puts a signed keyset into archive and Redis; a status. */
static int
put_signed(struct keyset_job *job, struct slice bytes)
{
	struct publisher *publisher = &job->desk.publisher;
	struct err err = { 0 };
	enum fault fault;

	fault = archive_take_keyset(publisher->archive, bytes, feed_now(), &err);
	if (fault == FAULT_VERSION &&
	    slice_eq(bytes, channel_keyset_bytes(archive_channel(publisher->archive))))
		fault = FAULT_NONE;
	if (fault == FAULT_NONE && publisher->carrier != NULL)
		fault = carrier_set(publisher->carrier, CARRIER_KEYS, bytes, &err);
	return fault == FAULT_NONE ? COMMAND_DONE : feed_complain(fault, &err);
}

/* The number that comes next: behind the draft's and behind the one in force. */
static bool
choose_version(struct keyset_job *job)
{
	const struct keyset *known = NULL;

	if (job->options->version != NULL)
		return feed_option_number("version", job->options->version, &job->draft.version);
	if (job->desk.publisher.archive != NULL)
		known = channel_keyset(archive_channel(job->desk.publisher.archive));
	if (known != NULL && known->version > job->draft.version) {
		command_complain("keyset %" PRIu64
				 " is in force, and %s was last signed as %" PRIu64
				 ": it may lack keys; see keyset show --redis, and --version N",
		    known->version, job->path, job->draft.version);
		return false;
	}
	job->draft.version++;
	return true;
}

/* The root key may be new to this machine: signing with it pins it. False with *status_r. */
static bool
open_archive(struct keyset_job *job, const struct feed_secret *root, int *status_r)
{
	struct feed_desk *desk = &job->desk;
	struct feed_public roots[ARCHIVE_ROOTS_MAX];
	int n = feed_desk_roots(desk, roots);
	struct err err = { 0 };

	if (n < 0)
		return false;
	if (n == 0)
		roots[n++] = root->public;
	desk->publisher.carrier = feed_desk_carrier(desk, &desk->place);
	if (desk->publisher.carrier == NULL)
		return false;
	desk->publisher.archive = archive_open(
	    desk->state.p, desk->channel, roots, (size_t)n, feed_now(), &err);
	desk->publisher.now = feed_now;
	if (desk->publisher.archive == NULL)
		return command_complain_err(&err);
	if (publisher_look(&desk->publisher, &err) == FAULT_UNREACHABLE) {
		*status_r = feed_complain(FAULT_UNREACHABLE, &err);
		return false;
	}
	return true;
}

static void
sign_draft(
    const struct keyset_job *job, const struct feed_secret *root, int64_t lifetime, struct buf *out)
{
	struct carried carried = {
		.type = CARRIED_KEYSET,
		.channel = job->desk.channel,
		.seq = job->draft.version,
		.time = feed_now(),
		.expires = feed_now() + lifetime,
	};
	struct buf body = { 0 };

	keyset_write(&job->draft, &body);
	carried_sign(&carried, buf_slice(&body), root, out);
	buf_clear(&body);
}

/* Writes what was signed where it is wanted: a file, Redis, or both. */
static int
deliver(struct keyset_job *job, struct slice bytes)
{
	const char *out = job->options->out;
	struct err err = { 0 };
	int status = COMMAND_DONE;

	if (out == NULL && job->desk.place.count == 0)
		out = arena_printf(job->desk.arena, "%.*s.keys", SLICE_ARG(job->desk.channel)).p;
	if (out != NULL && !stored_file_write(out, bytes, 0644, &err)) {
		command_complain_err(&err);
		return COMMAND_FAULT;
	}
	if (job->desk.place.count > 0)
		status = put_signed(job, bytes);
	if (status == COMMAND_DONE && out != NULL)
		command_complain("keyset %" PRIu64 " stands in %s", job->draft.version, out);
	return status;
}

static int
keyset_sign(struct keyset_job *job)
{
	struct feed_secret root;
	struct buf bytes = { 0 };
	int status = COMMAND_NO;
	int64_t lifetime;

	if (job->options->key == NULL) {
		command_complain("which root key? --key FILE");
		return COMMAND_USAGE;
	}
	if (!feed_option_seconds("lifetime", job->options->lifetime, KEYSET_S, &lifetime) ||
	    !read_draft(job) || !feed_key_read(job->options->key, &root))
		return COMMAND_USAGE;
	if ((root.roles & FEED_ROLE_ROOT) == 0)
		command_complain("%s: a key for %s, and only a root key signs a keyset",
		    job->options->key, feed_roles_text(root.roles));
	else if (job->draft.n == 0)
		command_complain("%s: no key in it yet: steelyard feed keyset add", job->path);
	else if ((job->desk.place.count == 0 || open_archive(job, &root, &status)) &&
		 choose_version(job)) {
		sign_draft(job, &root, lifetime, &bytes);
		status = write_draft(job) ? deliver(job, buf_slice(&bytes)) : COMMAND_FAULT;
	}
	feed_secret_clear(&root);
	buf_clear(&bytes);
	return status;
}

static int
keyset_put(struct keyset_job *job, const char *path)
{
	struct arena *arena = arena_new(SIGNED_MAX + 65536);
	struct err err = { 0 };
	struct slice bytes;
	int status = COMMAND_USAGE;

	if (path == NULL)
		command_complain("which file? keyset put FILE");
	else if (file_read(arena, path, SIGNED_MAX, &bytes, &err) <= 0)
		command_complain_err(&err);
	else if (feed_desk_open(&job->desk, FEED_NEED_REDIS))
		status = put_signed(job, bytes);
	arena_free(&arena);
	return status;
}

static void
print_keyset(const struct keyset *keyset, struct buf *out)
{
	buf_printf(out, "version %" PRIu64, keyset->version);
	if (keyset->expires > 0) {
		buf_add(out, SLICE(", expires "));
		clock_format(keyset->expires * 1000000, out);
	}
	buf_add_byte(out, '\n');
	for (size_t i = 0; i < keyset->n; i++) {
		const struct keyset_key *key = &keyset->keys[i];

		buf_printf(out, "%s %-10s ", key->public.id, feed_roles_text(key->roles));
		feed_public_write(&key->public, out);
		if (key->retired)
			buf_printf(out, " retired after %" PRIu64, key->last_seq);
		buf_add_byte(out, '\n');
	}
}

static void
print_keyset_json(const struct keyset *keyset, struct buf *out)
{
	struct json json = { .out = out };

	json_open(&json, '{');
	json_key(&json, "version");
	json_integer(&json, (int64_t)keyset->version);
	json_key(&json, "issued");
	json_integer(&json, keyset->issued);
	json_key(&json, "expires");
	json_integer(&json, keyset->expires);
	json_key(&json, "keys");
	json_open(&json, '[');
	for (size_t i = 0; i < keyset->n; i++) {
		const struct keyset_key *key = &keyset->keys[i];
		struct buf public = { 0 };

		feed_public_write(&key->public, &public);
		json_open(&json, '{');
		json_key(&json, "id");
		json_string(&json, slice_of(key->public.id));
		json_key(&json, "public");
		json_string(&json, buf_slice(&public));
		json_key(&json, "roles");
		json_string(&json, slice_of(feed_roles_text(key->roles)));
		if (key->retired) {
			json_key(&json, "last_seq");
			json_integer(&json, (int64_t)key->last_seq);
		}
		json_close(&json, '}');
		buf_clear(&public);
	}
	json_close(&json, ']');
	json_close(&json, '}');
	buf_add_byte(out, '\n');
}

static int
keyset_show(struct keyset_job *job)
{
	const struct keyset *keyset = &job->draft;
	struct err err = { 0 };
	struct buf out = { 0 };
	enum fault fault = FAULT_NONE;
	int status;

	if (job->desk.place.count == 0 && !read_draft(job))
		return COMMAND_NO;
	if (job->desk.place.count > 0) {
		if (!feed_desk_open(&job->desk, FEED_NEED_REDIS))
			return COMMAND_USAGE;
		fault = publisher_look(&job->desk.publisher, &err);
		keyset = channel_keyset(archive_channel(job->desk.publisher.archive));
	}
	/* What was known before is shown all the same, and is not what Redis has. */
	status = fault == FAULT_NONE ? COMMAND_DONE : feed_complain(fault, &err);
	if (status != COMMAND_DONE && (keyset == NULL || keyset->version == 0))
		return status;
	if (job->options->json)
		print_keyset_json(keyset, &out);
	else
		print_keyset(keyset, &out);
	if (!command_print(&out))
		status = COMMAND_FAULT;
	buf_clear(&out);
	return status;
}

int
feed_keyset(const struct feed_options *options)
{
	const char *verb = options->args[0];
	const char *what = options->arg_count > 1 ? options->args[1] : NULL;
	struct keyset_job job = { .options = options };
	int status = COMMAND_USAGE;

	if (feed_desk_init(&job.desk, options)) {
		if (strcmp(verb, "add") == 0)
			status = keyset_add(&job, what);
		else if (strcmp(verb, "retire") == 0)
			status = keyset_retire(&job, what);
		else if (strcmp(verb, "sign") == 0 && what == NULL)
			status = keyset_sign(&job);
		else if (strcmp(verb, "put") == 0)
			status = keyset_put(&job, what);
		else if (strcmp(verb, "show") == 0 && what == NULL)
			status = keyset_show(&job);
		else
			command_complain("keyset add, retire, sign, put or show");
	}
	feed_desk_clear(&job.desk);
	return status;
}
