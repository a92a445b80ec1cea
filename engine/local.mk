# The core's interface; its files join libengine.a.
libengine_a_SOURCES += \
	engine/action.c engine/action.h \
	engine/envelope.h engine/policy.h engine/verdict.h \
	engine/example.c engine/example.h \
	engine/judge.c engine/judge.h \
	engine/scan.c engine/scan.h \
	engine/shortcircuit.c engine/shortcircuit.h \
	engine/slot.c engine/slot.h \
	engine/subject.c engine/subject.h \
	engine/template.c engine/template.h
