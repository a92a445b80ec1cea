libengine_a_SOURCES += \
	engine/net/dns.c engine/net/dns.h \
	engine/net/dns_table.c engine/net/dns_table.h \
	engine/net/facts.c engine/net/facts.h
