/*
 * dns.c - types, outcomes and names of the DNS in words
 */
#include "engine/net/dns.h"

static const struct {
	enum dns_type type;
	const char *name;
} types[] = {
	{ DNS_A, "A" },
	{ DNS_AAAA, "AAAA" },
	{ DNS_MX, "MX" },
	{ DNS_NS, "NS" },
	{ DNS_PTR, "PTR" },
	{ DNS_TXT, "TXT" },
};

const char *
dns_type_name(enum dns_type type)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type)
			return types[i].name;
	return "?";
}

enum dns_type
dns_type_of(struct slice name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (slice_ieq(slice_of(types[i].name), name))
			return types[i].type;
	return 0;
}

const char *
dns_outcome_name(enum dns_outcome outcome)
{
	switch (outcome) {
	case DNS_OPEN:
		return "OPEN";
	case DNS_FOUND:
		return "FOUND";
	case DNS_NODATA:
		return "NODATA";
	case DNS_NXDOMAIN:
		return "NXDOMAIN";
	case DNS_SERVFAIL:
		return "SERVFAIL";
	case DNS_TIMEOUT:
		return "TIMEOUT";
	case DNS_UNASKED:
		return "UNASKED";
	}
	return "?";
}

bool
dns_name_can_be(struct slice name)
{
	size_t label = 0;

	if (name.n == 0 || name.n > DNS_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		label = name.p[i] == '.' ? 0 : label + 1;
		if (label > DNS_LABEL_MAX || (label == 0 && (i == 0 || name.p[i - 1] == '.')))
			return false;
	}
	return label > 0;
}
