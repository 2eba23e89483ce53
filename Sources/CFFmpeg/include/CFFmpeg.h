// FFmpeg's headers, and as lc_* what Swift cannot import of them: macros and varargs. No logic.
#ifndef LC_FFMPEG_H
#define LC_FFMPEG_H

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavdevice/avdevice.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

static const int lc_averror_eof = AVERROR_EOF;
static const int lc_averror_exit = AVERROR_EXIT;
static const int lc_averror_again = AVERROR(EAGAIN);
static const int lc_averror_invalid_data = AVERROR_INVALIDDATA;
static const int lc_averror_not_found_demuxer = AVERROR_DEMUXER_NOT_FOUND;
static const int lc_averror_not_found_protocol = AVERROR_PROTOCOL_NOT_FOUND;
static const int lc_averror_not_found_muxer = AVERROR_MUXER_NOT_FOUND;
static const int lc_averror_not_found_option = AVERROR_OPTION_NOT_FOUND;
static const int lc_averror_http_400 = AVERROR_HTTP_BAD_REQUEST;
static const int lc_averror_http_401 = AVERROR_HTTP_UNAUTHORIZED;
static const int lc_averror_http_403 = AVERROR_HTTP_FORBIDDEN;
static const int lc_averror_http_404 = AVERROR_HTTP_NOT_FOUND;
static const int lc_averror_http_4xx = AVERROR_HTTP_OTHER_4XX;
static const int lc_averror_http_5xx = AVERROR_HTTP_SERVER_ERROR;
static const int64_t lc_no_pts = AV_NOPTS_VALUE;

/// Keeps ALSA from writing to standard error; it is given `snd_lib_error_set_handler`.
int lc_alsa_silence(void *set_handler);

/// A flag that one thread raises and others look at.
static inline void lc_flag_raise(int32_t *flag) { __atomic_store_n(flag, 1, __ATOMIC_RELEASE); }
static inline int lc_flag_is_raised(const int32_t *flag) {
    return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

/// Gives each line that the libraries log to `sink`, from any thread, instead of to standard error.
/// Lines of less weight than warnings are left out.
void lc_log_to(void (*sink)(int level, const char *line));

#endif
