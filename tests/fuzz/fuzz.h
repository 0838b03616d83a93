#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

/* A fuzz target: bytes in, no crash, no leak, and what must hold holds. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* Not assert(): it must hold with NDEBUG too. */
#define MUST_HOLD(condition) ((condition) ? (void)0 : abort())

#endif
