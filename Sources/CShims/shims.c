#include "CShims.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>

static volatile sig_atomic_t interrupting_signal = 0;

static void remember(int number) {
    interrupting_signal = number;
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

void lc_install_signal_handlers(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = remember;  // without SA_RESTART: a waiting system call returns
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, 0);
    sigaction(SIGTERM, &action, 0);
    signal(SIGPIPE, SIG_IGN);
}

int lc_interrupting_signal(void) { return interrupting_signal; }

int lc_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
