#ifndef LIB_CONFIG_PRINT_H
#define LIB_CONFIG_PRINT_H

#include <stdbool.h>
#include <stdio.h>

#include "settings.h"

/**
 * print_value(file, setting, base, indent):
 * The setting's value in the struct at ${base}, as the configuration file writes it; lines that it goes on in are indented.
 */
void print_value(FILE *, const struct setting *, const void *, int) __attribute__((nonnull));

/**
 * print_differs(setting, base):
 * Is it set to anything but its default?
 */
bool print_differs(const struct setting *, const void *) __attribute__((nonnull));

#endif
