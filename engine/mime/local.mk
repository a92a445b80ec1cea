# libengine_a_SOURCES += engine/mime/...

# Addresses, relays, selectors and URIs
libengine_a_SOURCES += \
	engine/mime/domain.c engine/mime/domain.h \
	engine/mime/idn.c \
	engine/mime/ip.c engine/mime/ip.h

# Text: charsets, HTML, body and rawbody
libengine_a_SOURCES += \
	engine/mime/charset.c engine/mime/charset.h \
	engine/mime/charset.def engine/mime/charset_labels.def
