/* The sandbox's own certificate authority, by libcrypto: P-256 keys, good for ten years, made anew for each state directory. */
#include "tls.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define VALID_S (3650L * 86400)

static int
fail(struct err *err, const char *what)
{
	char text[256];

	ERR_error_string_n(ERR_get_error(), text, sizeof(text));
	return err_set(err, ERR_SYSTEM, "could not make the sandbox's %s: %s", what, text);
}

static int
extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	int ok;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	if (extension == NULL)
		return -1;
	ok = X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	return ok == 1 ? 0 : -1;
}

static X509 *
make_certificate(EVP_PKEY *key, const char *name, X509 *issuer, EVP_PKEY *issuer_key)
{
	X509 *certificate = X509_new();
	BIGNUM *serial = BN_new();
	X509_NAME *subject;
	int bad;

	if (certificate == NULL || serial == NULL)
		goto fail;
	subject = X509_get_subject_name(certificate);
	bad = X509_set_version(certificate, 2) != 1 || BN_rand(serial, 127, 0, 0) != 1 ||
	      BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) == NULL ||
	      X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) == NULL ||
	      X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_S) == NULL || X509_set_pubkey(certificate, key) != 1 ||
	      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) != 1 ||
	      X509_set_issuer_name(certificate, issuer == NULL ? subject : X509_get_subject_name(issuer)) != 1;
	if (bad)
		goto fail;
	if (issuer == NULL) {
		if (extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") != 0 ||
		    extend(certificate, certificate, NID_key_usage, "critical,keyCertSign") != 0 ||
		    extend(certificate, certificate, NID_subject_key_identifier, "hash") != 0)
			goto fail;
	} else if (extend(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") != 0 ||
		   extend(certificate, issuer, NID_key_usage, "critical,digitalSignature") != 0 ||
		   extend(certificate, issuer, NID_ext_key_usage, "serverAuth") != 0 ||
		   extend(certificate, issuer, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1") != 0 ||
		   extend(certificate, issuer, NID_authority_key_identifier, "keyid") != 0) {
		goto fail;
	}
	if (X509_sign(certificate, issuer_key, EVP_sha256()) == 0)
		goto fail;
	BN_free(serial);
	return certificate;
fail:
	BN_free(serial);
	X509_free(certificate);
	return NULL;
}

static char *
take_text(struct arena *arena, BIO *bio)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	return arena_strndup(arena, data, len < 0 ? 0 : (size_t)len);
}

int
tls_make(struct arena *arena, char **ret_ca, char **ret_certificate, char **ret_key, struct err *err)
{
	int rc = -1;
	EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
	X509 *ca = NULL, *certificate = NULL;
	BIO *ca_text = BIO_new(BIO_s_mem()), *text = BIO_new(BIO_s_mem()), *key_text = BIO_new(BIO_s_mem());

	if (ca_key == NULL || key == NULL || ca_text == NULL || text == NULL || key_text == NULL) {
		fail(err, "keys");
		goto out;
	}
	ca = make_certificate(ca_key, "ctok sandbox authority", NULL, ca_key);
	if (ca == NULL) {
		fail(err, "certificate authority");
		goto out;
	}
	certificate = make_certificate(key, "localhost", ca, ca_key);
	if (certificate == NULL) {
		fail(err, "certificate");
		goto out;
	}
	if (PEM_write_bio_X509(ca_text, ca) != 1 || PEM_write_bio_X509(text, certificate) != 1 ||
	    PEM_write_bio_PrivateKey(key_text, key, NULL, NULL, 0, NULL, NULL) != 1) {
		fail(err, "PEM files");
		goto out;
	}
	*ret_ca = take_text(arena, ca_text);
	*ret_certificate = take_text(arena, text);
	*ret_key = take_text(arena, key_text);
	rc = 0;
out:
	BIO_free(key_text);
	BIO_free(text);
	BIO_free(ca_text);
	X509_free(certificate);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return rc;
}
