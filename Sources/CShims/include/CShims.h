// What Swift cannot import by itself: macros, varargs and signal handlers. No logic. Symbols are lc_*.
#ifndef LC_SHIMS_H
#define LC_SHIMS_H

#include "LCGroup.h"
#include "LCNetwork.h"

/// First SIGINT or SIGTERM: remembered. Second: the default, which ends the process. SIGPIPE: ignored.
void lc_install_signal_handlers(void);

/// The signal that asked for an end, or 0.
int lc_interrupting_signal(void);

/// Makes waits end at a wake, not only in time; signals wake from then on.
void lc_prepare_waiting(void);

/// Ends the wait that is under way, or the next one. For any thread, and for signal handlers.
void lc_wake_waiting(void);

/// Waits until woken, or for a signal, but no longer than so many nanoseconds.
void lc_wait_for_wake(int64_t nanoseconds);

/// Waits until the word of shared memory is woken, for a signal, or no longer than so many
/// nanoseconds; not at all where it is not `heard` any more. Gives the nanoseconds it took.
int64_t lc_bell_wait(const void *word, uint32_t heard, int64_t nanoseconds);

/// Wakes so many of those who wait for the word, in any process.
void lc_bell_wake(const void *word, int count);

/// Gives pages of programs and libraries back that can be read from their files again.
void lc_give_loaded_pages_back(void);

/// From now on SIGHUP is remembered instead of ending the process.
void lc_watch_hangups(void);

/// Whether SIGHUP has come since the last time this was asked: its number, or 0.
int lc_take_hangup(void);

/// Lets the process open as many files as the system allows it; how many, or -1.
int lc_raise_file_limit(void);

/// Columns of the terminal behind a descriptor, or 0.
int lc_terminal_columns(int descriptor);

/// Lines of the terminal behind a descriptor, or 0.
int lc_terminal_lines(int descriptor);

#endif
