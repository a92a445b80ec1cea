/*
 * auth_report.c - what authentication found, as the JSON of DESIGN 9 and in short words
 *
 * Results are RFC 8601's words. Domains and selectors come out of the message:
 * JSON and the log escape them, and so must who shows the short words.
 */
#include "config.h"

#include "milter/auth_report.h"

static void
json_result(struct json *json, const char *key, enum auth_result result)
{
	json_key(json, key);
	json_string(json, slice_of(auth_word(result)));
}

static struct slice
text_or_none(struct slice text)
{
	return text.p == NULL ? SLICE("") : text;
}

void
auth_report_json(struct json *json, const struct authentication *auth)
{
	json_open(json, '{');
	json_result(json, "spf", auth->spf.result);
	json_result(json, "spf_helo", auth->spf_helo.result);
	json_key(json, "dkim");
	json_open(json, '[');
	for (size_t i = 0; i < auth->dkim_count; i++) {
		json_open(json, '{');
		json_key(json, "domain");
		json_string(json, text_or_none(auth->dkim[i].domain));
		json_key(json, "selector");
		json_string(json, text_or_none(auth->dkim[i].selector));
		json_result(json, "result", auth->dkim[i].result);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_result(json, "arc", auth->arc);
	json_result(json, "dmarc", auth->dmarc);
	json_close(json, '}');
}

void
auth_report_signatures(struct buf *out, const struct authentication *auth)
{
	if (auth->dkim_count == 0)
		buf_add(out, SLICE("none"));
	for (size_t i = 0; i < auth->dkim_count && i < AUTH_REPORT_SIGNATURES; i++) {
		if (i > 0)
			buf_add_byte(out, ',');
		buf_add(out, text_or_none(auth->dkim[i].domain));
		buf_printf(out, ":%s", auth_word(auth->dkim[i].result));
	}
}

void
auth_report_text(struct buf *out, const struct authentication *auth)
{
	buf_printf(out, "spf=%s spf_helo=%s dkim=", auth_word(auth->spf.result),
	    auth_word(auth->spf_helo.result));
	auth_report_signatures(out, auth);
	buf_printf(out, " arc=%s dmarc=%s", auth_word(auth->arc), auth_word(auth->dmarc));
}
