libengine_a_SOURCES += \
	engine/net/dns.c engine/net/dns.h \
	engine/net/dns_code.c engine/net/dns_code.h \
	engine/net/dns_dead.def \
	engine/net/dns_list.c engine/net/dns_list.h \
	engine/net/dns_operator.c engine/net/dns_operator.h \
	engine/net/dns_operator.def \
	engine/net/dns_table.c engine/net/dns_table.h \
	engine/net/dns_wire.c engine/net/dns_wire.h \
	engine/net/facts.c engine/net/facts.h \
	engine/net/host.c engine/net/host.h
