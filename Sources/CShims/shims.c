#include "CShims.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

static volatile sig_atomic_t interrupting_signal = 0;

static void remember(int number) {
    interrupting_signal = number;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    lc_wake_waiting();
}

void lc_install_signal_handlers(void) {
    lc_prepare_waiting();
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = remember;  // without SA_RESTART: a waiting system call returns
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, 0);
    sigaction(SIGTERM, &action, 0);
    signal(SIGPIPE, SIG_IGN);
}

int lc_interrupting_signal(void) { return interrupting_signal; }

static volatile sig_atomic_t hung_up = 0;

static void remember_hangup(int number) { hung_up = number; }

void lc_watch_hangups(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = remember_hangup;
    sigemptyset(&action.sa_mask);
    sigaction(SIGHUP, &action, 0);
}

int lc_take_hangup(void) {
    int number = hung_up;
    hung_up = 0;
    return number;
}

int lc_raise_file_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    return limit.rlim_cur > 1 << 30 ? 1 << 30 : (int)limit.rlim_cur;
}

int lc_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int lc_terminal_lines(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}
