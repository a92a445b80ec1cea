/*
 * dkim_mail.c - one message as its signatures see it
 */
#include "engine/auth/dkim_mail.h"

struct dkim_mail *
dkim_mail_new(struct arena *arena, struct slice message, struct dkim_law law, int64_t now)
{
	struct dkim_mail *mail = arena_alloc(arena, sizeof(*mail));

	if (mail == NULL)
		return NULL;
	mail->arena = arena;
	mail->law = law;
	mail->now = now;
	mail->header = dkim_header_split(arena, message);
	mail->body = dkim_body_new(arena, mail->header.body);
	return mail->body == NULL ? NULL : mail;
}

void
dkim_mail_cut(struct dkim_mail *mail)
{
	mail->cut = true;
	dkim_body_cut(mail->body);
}
