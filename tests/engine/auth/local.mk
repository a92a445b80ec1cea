# Tests of authentication.
