// FFmpeg's headers, and as lc_* what Swift cannot import of them: macros and varargs. No logic.
#ifndef LC_FFMPEG_H
#define LC_FFMPEG_H

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

static const int lc_averror_eof = AVERROR_EOF;
static const int lc_averror_exit = AVERROR_EXIT;
static const int lc_averror_again = AVERROR(EAGAIN);
static const int64_t lc_no_pts = AV_NOPTS_VALUE;

#endif
