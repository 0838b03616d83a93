#ifndef CERTIFICATE_WIRE_H
#define CERTIFICATE_WIRE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "certificate/render.h"

/**
 * wire_put(out, place, template, facts), wire_take(arena, bytes, ret_place, ret_template, ret_facts):
 * What a process needs to know to draw a certificate: a number for the trail, the template's name and the facts; and back.
 *
 * Owns: what was taken points into ${bytes} and ${arena}. Both ends are the same program, so nothing is checked.
 */
void wire_put(struct buf *, size_t, const char *, const struct certificate_facts *) __attribute__((nonnull));
void wire_take(struct arena *, const char *, size_t *, const char **, struct certificate_facts *) __attribute__((nonnull));

#endif
