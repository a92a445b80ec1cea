libengine_a_SOURCES += engine/regex/pcre.c engine/regex/pcre.h
