// libFuzzer's entry for programs that have a main of their own.
#ifndef LC_FUZZER_H
#define LC_FUZZER_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *count, char ***arguments,
                        int (*target)(const uint8_t *bytes, size_t count));

#endif
