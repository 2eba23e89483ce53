// libsrtp2's header.
#ifndef LC_SRTP_H
#define LC_SRTP_H

#include <srtp2/srtp.h>

#endif
