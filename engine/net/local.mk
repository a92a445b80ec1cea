libengine_a_SOURCES += \
	engine/net/dns.c engine/net/dns.h \
	engine/net/facts.c engine/net/facts.h
