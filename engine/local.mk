# The core's interface; its files join libengine.a.
