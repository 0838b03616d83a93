#include "base/trail.h"

#include <stdio.h>

static char *kept;
static const char *last;

void
trail_keep(char *place)
{
	kept = place;
	last = NULL;
}

void
trail_mark(const char *path)
{
	if (kept == NULL || path == last)
		return;
	last = path;
	(void)snprintf(kept, TRAIL_BYTES, "%s", path);
}
