/*
 * replay.c - runs a fuzz harness over the files it is given, where there is no libFuzzer
 *
 * Prints one TAP line a file; a harness that finds something aborts.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_MAX ((size_t)16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		uint8_t *data = malloc(INPUT_MAX), *exact;
		size_t n;

		if (file == NULL || data == NULL) {
			perror(argv[i]);
			return 1;
		}
		n = fread(data, 1, INPUT_MAX, file);
		fclose(file);
		/* Of the very size, so that a sanitizer sees a read behind the end. */
		exact = realloc(data, n > 0 ? n : 1);
		LLVMFuzzerTestOneInput(exact, n);
		free(exact);
		printf("ok %d - %s\n", i, argv[i]);
	}
	printf("1..%d\n", argc - 1);
	return 0;
}
