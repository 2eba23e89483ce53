// libcurl's headers, and as lc_* what Swift cannot import of them: variadic functions. No logic.
#ifndef LC_CURL_H
#define LC_CURL_H

#include <curl/curl.h>

#endif
