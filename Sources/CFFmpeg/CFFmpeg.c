#include "CFFmpeg.h"

enum { LONGEST_LINE = 400 };

static void (*log_sink)(int, const char *);

static void forward(void *owner, int level, const char *format, va_list arguments) {
    static _Thread_local int is_line_start = 1;
    char line[LONGEST_LINE];
    if ((level & 0xFF) > AV_LOG_WARNING) return;
    av_log_format_line2(owner, level, format, arguments, line, sizeof line, &is_line_start);
    log_sink(level & 0xFF, line);
}

void lc_log_to(void (*sink)(int level, const char *line)) {
    log_sink = sink;
    av_log_set_callback(forward);
}

typedef void (*alsa_handler)(
    const char *file, int line, const char *function, int code, const char *format, ...);

static void keep_quiet(
    const char *file, int line, const char *function, int code, const char *format, ...) {
    (void)file, (void)line, (void)function, (void)code, (void)format;
}

int lc_alsa_silence(void *set_handler) {
    return ((int (*)(alsa_handler))set_handler)(keep_quiet);
}
