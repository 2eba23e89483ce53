// What Swift cannot import by itself: macros, varargs and signal handlers. No logic. Symbols are lc_*.
#ifndef LC_SHIMS_H
#define LC_SHIMS_H

#include "LCNetwork.h"

/// First SIGINT or SIGTERM: remembered. Second: the default, which ends the process. SIGPIPE: ignored.
void lc_install_signal_handlers(void);

/// The signal that asked for an end, or 0.
int lc_interrupting_signal(void);

/// From now on SIGHUP is remembered instead of ending the process.
void lc_watch_hangups(void);

/// Whether SIGHUP has come since the last time this was asked: its number, or 0.
int lc_take_hangup(void);

/// Lets the process open as many files as the system allows it; how many, or -1.
int lc_raise_file_limit(void);

/// Columns of the terminal behind a descriptor, or 0.
int lc_terminal_columns(int descriptor);

#endif
