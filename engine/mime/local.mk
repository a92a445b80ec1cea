# The message's structure
libengine_a_SOURCES += \
	engine/mime/address.c engine/mime/address.h \
	engine/mime/authres.c engine/mime/authres.h \
	engine/mime/authserv.c engine/mime/authserv.h \
	engine/mime/ctype.c engine/mime/ctype.h \
	engine/mime/date.c engine/mime/date.h engine/mime/date_zones.def \
	engine/mime/decode.c engine/mime/decode.h \
	engine/mime/header.c engine/mime/header.h \
	engine/mime/image.c engine/mime/image.h \
	engine/mime/lines.c engine/mime/lines.h \
	engine/mime/message.c engine/mime/message.h \
	engine/mime/part.c engine/mime/part.h \
	engine/mime/pdf.c engine/mime/pdf.h \
	engine/mime/word.c engine/mime/word.h

# Addresses, relays, selectors and URIs
libengine_a_SOURCES += \
	engine/mime/boundary.c engine/mime/boundary.h \
	engine/mime/domain.c engine/mime/domain.h \
	engine/mime/idn.c \
	engine/mime/ip.c engine/mime/ip.h \
	engine/mime/received.c engine/mime/received.h \
	engine/mime/received_pattern.c engine/mime/received_pattern.h \
	engine/mime/received_render.c \
	engine/mime/relays.c engine/mime/relays.h \
	engine/mime/selector.c engine/mime/selector.h \
	engine/mime/selector_pick.c engine/mime/selector_pick.h \
	engine/mime/uri.c engine/mime/uri.h \
	engine/mime/uri_canonical.c engine/mime/uri_canonical.h \
	engine/mime/uri_host.c \
	engine/mime/uri_scan.c engine/mime/uri_scan.h

# Text: charsets, HTML, body and rawbody
libengine_a_SOURCES += \
	engine/mime/charset.c engine/mime/charset.h \
	engine/mime/charset.def engine/mime/charset_labels.def \
	engine/mime/html.c engine/mime/html.h \
	engine/mime/html_colors.def engine/mime/html_elements.def engine/mime/html_entities.def \
	engine/mime/html_entity.c engine/mime/html_entity.h \
	engine/mime/html_facts.c engine/mime/html_facts.h \
	engine/mime/html_style.c engine/mime/html_style.h \
	engine/mime/html_token.c engine/mime/html_token.h \
	engine/mime/html_uri.c engine/mime/html_uri.h \
	engine/mime/text.c engine/mime/text.h \
	engine/mime/text_space.h
