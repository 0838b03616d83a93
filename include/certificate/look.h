#ifndef CERTIFICATE_LOOK_H
#define CERTIFICATE_LOOK_H

#include "base/arena.h"
#include "config/config.h"

/**
 * look_fingerprint(arena, config, tenant, template, locale):
 * What a certificate's look depends on besides its own facts: the files of its template, the shared ones (words, lists of fonts), which
 * fonts are installed, what the settings state, this program. When it is another one, what could not be drawn is worth trying again. Files
 * go by name, size and time.
 */
char *look_fingerprint(struct arena *, const struct config *, const struct config_tenant *, const char *, const char *)
    __attribute__((nonnull, returns_nonnull));

#endif
