# libengine_a_SOURCES += engine/mime/...

# Addresses, relays, selectors and URIs
libengine_a_SOURCES += \
	engine/mime/ip.c engine/mime/ip.h
