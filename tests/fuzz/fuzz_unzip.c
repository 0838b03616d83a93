/* ZIP archives: read whole, or refused with a reason; a member never gives more than it declares. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "adapter/unzip.h"
#include "fuzz.h"

static int
count(const char *bytes, size_t len, void *context, struct err *err)
{
	uint64_t *sum = context;

	(void)bytes;
	*sum += len;
	/* Tiny archives of gigabytes are for others. */
	return *sum > (uint64_t)1 << 22 ? err_set(err, ERR_REJECTED, "enough") : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[64];
	struct unzip *unzip = NULL;
	struct err err = ERR_INIT;
	uint64_t sum;
	size_t i;
	int fd;

	if (path[0] == '\0')
		(void)snprintf(path, sizeof(path), "/dev/shm/fuzz-unzip-%ld", (long)getpid());
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	MUST_HOLD(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	(void)close(fd);
	if (unzip_open(path, &unzip, &err) != 0)
		MUST_HOLD(err.code == ERR_DATA);
	for (i = 0; unzip != NULL && i < unzip_count(unzip) && i < 20; i++) {
		err_reset(&err);
		sum = 0;
		if (unzip_read(unzip, i, count, &sum, &err) == 0)
			MUST_HOLD(sum == unzip_size(unzip, i));
		MUST_HOLD(sum <= unzip_size(unzip, i));
	}
	unzip_close(unzip);
	(void)unlink(path);
	return 0;
}
