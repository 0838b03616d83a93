/* Time zone files: any bytes give a zone that can be asked, or none. */
#include "../../lib/base/zone.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t moments[] = { INT64_C(-62135596800), -1, 0, 1774746000, 4102444800, INT64_C(253402300799) };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	const struct zone *zone;
	size_t i;

	if (zone_read(&arena, "fuzzed", data, size, &zone, &err) == 0)
		for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
			(void)zone_offset(zone, moments[i]);
	else
		MUST_HOLD(err.code == ERR_CONFIG);
	arena_done(&arena);
	return 0;
}
