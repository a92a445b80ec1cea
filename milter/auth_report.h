/*
 * auth_report.h - what authentication found, as the JSON of DESIGN 9 and in short words
 */
#ifndef STEELYARD_MILTER_AUTH_REPORT_H
#define STEELYARD_MILTER_AUTH_REPORT_H

#include "engine/auth/authentication.h"
#include "engine/util/buf.h"
#include "milter/json.h"

/* Signatures that short words tell of. */
#define AUTH_REPORT_SIGNATURES 8

/* The object that stands behind "auth". */
void auth_report_json(struct json *json, const struct authentication *auth);

/* "example.org:pass,list.example:fail", or "none": bytes are those of the message. */
void auth_report_signatures(struct buf *out, const struct authentication *auth);

/* "spf=pass spf_helo=none dkim=example.org:pass arc=none dmarc=pass", likewise. */
void auth_report_text(struct buf *out, const struct authentication *auth);

#endif
