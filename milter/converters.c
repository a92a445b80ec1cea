/*
 * converters.c - opening and closing iconv handles for every charset of the list
 *
 * A system may lack some (a trimmed gconv directory, musl): their text is then
 * read as if it had not been declared, which charset.c does.
 */
#include "milter/converters.h"

#include <stdlib.h>

struct converters *
converters_open(void)
{
	struct converters *converters = calloc(1, sizeof(*converters));

	if (converters == NULL)
		abort();
	for (int i = 0; i < CHARSET_COUNT; i++)
		converters->to_utf8[i] = iconv_open("UTF-8", charset_iconv_name((enum charset)i));
	return converters;
}

void
converters_close(struct converters **converters)
{
	if (*converters == NULL)
		return;
	for (int i = 0; i < CHARSET_COUNT; i++)
		if ((*converters)->to_utf8[i] != (iconv_t)-1)
			iconv_close((*converters)->to_utf8[i]);
	free(*converters);
	*converters = NULL;
}
