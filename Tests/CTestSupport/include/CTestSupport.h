// What tests need of glibc that Swift does not see. No logic. Symbols are lct_*.
#ifndef LC_TEST_SUPPORT_H
#define LC_TEST_SUPPORT_H

#include "likeness.h"

#include <sys/types.h>

/// A pipe whose ends no other child of ours inherits.
int lct_pipe(int ends[2]);

/// A file without a name, for what a child writes.
int lct_nameless_file(void);

/// Starts a program. `folder` may be null. Returns 0 or an errno.
int lct_spawn(pid_t *pid, const char *program, char *const arguments[], char *const environment[],
              const char *folder, int input, int output, int talk);

#endif
