/*
 * idle_milter.c - a milter that takes each message whole, adds one field, and weighs nothing
 *
 *	bench/idle_milter SOCKET
 *
 * SOCKET is libmilter's, such as unix:/run/idle.sock. What mail costs with it is
 * what it costs with any filter that reads all of a message and marks it: the
 * MTA, the protocol and libmilter. A filter's own cost is what comes on top.
 */
#include <libmilter/mfapi.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>

static sfsistat
take_client(SMFICTX *context, char *host, _SOCK_ADDR *address)
{
	(void)context, (void)host, (void)address;
	return SMFIS_CONTINUE;
}

static sfsistat
take_word(SMFICTX *context, char *word)
{
	(void)context, (void)word;
	return SMFIS_CONTINUE;
}

static sfsistat
take_words(SMFICTX *context, char **words)
{
	(void)context, (void)words;
	return SMFIS_CONTINUE;
}

static sfsistat
take_field(SMFICTX *context, char *name, char *value)
{
	(void)context, (void)name, (void)value;
	return SMFIS_CONTINUE;
}

static sfsistat
take_event(SMFICTX *context)
{
	(void)context;
	return SMFIS_CONTINUE;
}

static sfsistat
take_body(SMFICTX *context, unsigned char *chunk, size_t size)
{
	(void)context, (void)chunk, (void)size;
	return SMFIS_CONTINUE;
}

static sfsistat
mark(SMFICTX *context)
{
	char name[] = "X-Idle-Milter", value[] = "seen";

	return smfi_addheader(context, name, value) == MI_SUCCESS ? SMFIS_CONTINUE : SMFIS_TEMPFAIL;
}

int
main(int argc, char **argv)
{
	char name[] = "idle_milter";
	struct smfiDesc milter = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS,
		.xxfi_connect = take_client,
		.xxfi_helo = take_word,
		.xxfi_envfrom = take_words,
		.xxfi_envrcpt = take_words,
		.xxfi_header = take_field,
		.xxfi_eoh = take_event,
		.xxfi_body = take_body,
		.xxfi_eom = mark,
		.xxfi_abort = take_event,
		.xxfi_close = take_event,
	};

	if (argc != 2) {
		fputs("usage: idle_milter SOCKET\n", stderr);
		return EX_USAGE;
	}
	(void)umask(0); /* the MTA runs as somebody else */
	if (smfi_register(milter) != MI_SUCCESS || smfi_setconn(argv[1]) != MI_SUCCESS) {
		fprintf(stderr, "idle_milter: cannot listen on %s\n", argv[1]);
		return EX_UNAVAILABLE;
	}
	return smfi_main() == MI_SUCCESS ? EX_OK : EX_UNAVAILABLE;
}
