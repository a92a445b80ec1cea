/*
 * cmd_feed_key.c - `steelyard feed keygen`: 32 bytes of the kernel's in a file of mode 0600
 *
 * A file that is there is never written over: a key that is lost cannot be had again.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "milter/cmd_feed.h"
#include "milter/command.h"
#include "milter/feed_desk.h"
#include "milter/json.h"
#include "shared-sync/stored_file.h"

static bool
draw_key(struct feed_secret *secret, unsigned roles)
{
	unsigned char seed[CRYPTO_ED25519_KEY];
	bool good = getrandom(seed, sizeof(seed), 0) == (ssize_t)sizeof(seed);

	if (good)
		feed_secret_init(secret, seed, roles);
	else
		command_complain("getrandom: %s", strerror(errno));
	explicit_bzero(seed, sizeof(seed));
	return good;
}

static bool
write_key(const char *path, const struct feed_secret *secret)
{
	struct buf text = { 0 };
	struct err err = { 0 };
	bool good;

	feed_secret_write(secret, &text);
	if (text.n > 0 && text.p[text.n - 1] != '\n')
		buf_add_byte(&text, '\n');
	good = stored_file_create(path, buf_slice(&text), 0600, &err);
	if (!good)
		command_complain("%s: %s%s", path, err.text,
		    access(path, F_OK) == 0 ? ", and no key is ever written over" : "");
	explicit_bzero(text.p, text.n);
	buf_clear(&text);
	return good;
}

static void
print_key(const struct feed_options *options, const struct feed_secret *secret, struct buf *out)
{
	struct json json = { .out = out };
	struct buf public = { 0 };

	feed_public_write(&secret->public, &public);
	if (options->json) {
		json_open(&json, '{');
		json_key(&json, "id");
		json_string(&json, slice_of(secret->public.id));
		json_key(&json, "public");
		json_string(&json, buf_slice(&public));
		json_key(&json, "role");
		json_string(&json, slice_of(feed_roles_text(secret->roles)));
		json_close(&json, '}');
	} else {
		buf_add(out, buf_slice(&public));
	}
	buf_add_byte(out, '\n');
	buf_clear(&public);
}

int
feed_keygen(const struct feed_options *options)
{
	unsigned roles = options->root   ? FEED_ROLE_ROOT
			 : options->head ? FEED_ROLE_HEAD
					 : FEED_ROLE_ENTRY;
	struct feed_secret secret;
	struct buf out = { 0 };
	int status = COMMAND_NO;

	if (options->root && options->head) {
		command_complain("a root key signs keysets and nothing else: no --head with it");
		return COMMAND_USAGE;
	}
	if (!draw_key(&secret, roles))
		return COMMAND_FAULT;
	if (write_key(options->args[0], &secret)) {
		print_key(options, &secret, &out);
		status = command_print(&out) ? COMMAND_DONE : COMMAND_FAULT;
	}
	feed_secret_clear(&secret);
	buf_clear(&out);
	return status;
}
