# libengine_a_SOURCES += engine/mime/...

# Addresses, relays, selectors and URIs
libengine_a_SOURCES += \
	engine/mime/domain.c engine/mime/domain.h \
	engine/mime/idn.c \
	engine/mime/ip.c engine/mime/ip.h
