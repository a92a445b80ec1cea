# The core's interface; its files join libengine.a.
libengine_a_SOURCES += \
	engine/action.c engine/action.h \
	engine/envelope.h engine/policy.h engine/scan.h engine/verdict.h \
	engine/slot.c engine/slot.h
