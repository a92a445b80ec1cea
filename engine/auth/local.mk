libengine_a_SOURCES += \
	engine/auth/auth.c engine/auth/auth.h
