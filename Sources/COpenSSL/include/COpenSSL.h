// OpenSSL's headers, and as lc_* what Swift cannot import of them: macros. No logic.
#ifndef LC_OPENSSL_H
#define LC_OPENSSL_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#endif
