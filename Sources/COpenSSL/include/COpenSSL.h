// OpenSSL's headers, and as lc_* what Swift cannot import of them: macros. No logic.
#ifndef LC_OPENSSL_H
#define LC_OPENSSL_H

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/time.h>

// DTLS: the association keeps its own time, which needs the pointer to the timer that a BIO of
// OpenSSL 3.0 and 3.1 is given (SecureTransport/DTLSDatagrams.swift). Later versions give a copy.
#if OPENSSL_VERSION_NUMBER >= 0x30200000L
#error "the DTLS timer of this OpenSSL has not been looked at"
#endif

static const int lc_bio_ctrl_set_next_timeout = BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT;
static const int lc_bio_ctrl_flush = BIO_CTRL_FLUSH;

static inline EVP_PKEY *lc_generate_p256_key(void) { return EVP_EC_gen("P-256"); }

static inline int lc_ctx_use_dtls12_only(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION)
        && SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION)
        && SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384");
}

static inline void lc_ssl_fix_mtu(SSL *ssl, long mtu) {
    SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_set_mtu(ssl, mtu);
}

static inline long lc_dtls_handle_timeout(SSL *ssl) { return DTLSv1_handle_timeout(ssl); }

static inline void lc_bio_want_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void lc_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

static inline int lc_gcm_set_iv_length(EVP_CIPHER_CTX *context, int length) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, length, 0);
}

static inline int lc_gcm_get_tag(EVP_CIPHER_CTX *context, int length, void *tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, length, tag);
}

static inline int lc_gcm_set_tag(EVP_CIPHER_CTX *context, int length, void *tag) {
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, length, tag);
}

// TLS over TCP: the macros that Network uses.

static inline int lc_tls_require_1_2(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

static inline void lc_tls_set_defaults(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(
        context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY | SSL_MODE_ENABLE_PARTIAL_WRITE);
}

#endif
