// What Swift cannot import by itself: macros, varargs and signal handlers. No logic. Symbols are lc_*.
#ifndef LC_SHIMS_H
#define LC_SHIMS_H

#endif
