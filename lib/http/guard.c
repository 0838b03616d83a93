/* Which addresses requests must not reach unless the configuration names their host: everything that is not the public
 * internet. For IPv6 only what is global unicast passes, minus the special ranges inside it; addresses that carry an IPv4
 * address (mapped, NAT64, 6to4) are judged by it. */
#include "guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "http/http.h"

struct range4 {
	uint32_t base;
	unsigned bits;
};

/* What the special-purpose registry marks as not globally reachable, with multicast and the reserved class E. */
static const struct range4 private4[] = {
	{ 0x00000000, 8 },  /* 0.0.0.0: this host */
	{ 0x0a000000, 8 },  /* 10.0.0.0 */
	{ 0x64400000, 10 }, /* 100.64.0.0: carrier-grade NAT */
	{ 0x7f000000, 8 },  /* 127.0.0.0: loopback */
	{ 0xa9fe0000, 16 }, /* 169.254.0.0: link-local, cloud metadata */
	{ 0xac100000, 12 }, /* 172.16.0.0 */
	{ 0xc0000000, 24 }, /* 192.0.0.0: protocol assignments */
	{ 0xc0000200, 24 }, /* 192.0.2.0: documentation */
	{ 0xc0586300, 24 }, /* 192.88.99.0: 6to4 relays, retired */
	{ 0xc0a80000, 16 }, /* 192.168.0.0 */
	{ 0xc6120000, 15 }, /* 198.18.0.0: benchmarks */
	{ 0xc6336400, 24 }, /* 198.51.100.0: documentation */
	{ 0xcb007100, 24 }, /* 203.0.113.0: documentation */
	{ 0xe0000000, 4 },  /* 224.0.0.0: multicast */
	{ 0xf0000000, 4 },  /* 240.0.0.0: reserved, broadcast */
};

struct range6 {
	uint8_t base[16];
	unsigned bits;
};

/* Inside 2000::/3. */
static const struct range6 private6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 },       /* 2001::/23: protocol assignments, Teredo, ORCHID */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* 2001:db8::/32: documentation */
	{ { 0x3f, 0xff, 0x00 }, 20 },       /* 3fff::/20: documentation */
};

static const struct range6 global6 = { { 0x20 }, 3 };
static const struct range6 mapped6 = { { [10] = 0xff, [11] = 0xff }, 96 };
static const struct range6 nat64 = { { 0x00, 0x64, 0xff, 0x9b }, 96 };
static const struct range6 sixtofour = { { 0x20, 0x02 }, 16 };

static bool
is_private4(uint32_t address)
{
	size_t i;

	for (i = 0; i < sizeof(private4) / sizeof(private4[0]); i++) {
		if ((address ^ private4[i].base) >> (32 - private4[i].bits) == 0)
			return true;
	}
	return false;
}

static bool
in_range6(const uint8_t address[16], const struct range6 *range)
{
	unsigned whole = range->bits / 8, rest = range->bits % 8;

	if (memcmp(address, range->base, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ range->base[whole]) >> (8 - rest) == 0;
}

static uint32_t
read4(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool
is_private6(const uint8_t address[16])
{
	size_t i;

	if (in_range6(address, &mapped6) || in_range6(address, &nat64))
		return is_private4(read4(address + 12));
	if (in_range6(address, &sixtofour))
		return is_private4(read4(address + 2));
	if (!in_range6(address, &global6))
		return true;
	for (i = 0; i < sizeof(private6) / sizeof(private6[0]); i++) {
		if (in_range6(address, &private6[i]))
			return true;
	}
	return false;
}

bool
guard_private(const struct sockaddr *address)
{
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in4, address, sizeof(in4));
		return is_private4(ntohl(in4.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof(in6));
		return is_private6(in6.sin6_addr.s6_addr);
	}
	return true;
}

bool
guard_loopback(const struct sockaddr *address)
{
	static const uint8_t one[16] = { [15] = 1 };
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in4, address, sizeof(in4));
		return ntohl(in4.sin_addr.s_addr) >> 24 == 127;
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof(in6));
		if (in_range6(in6.sin6_addr.s6_addr, &mapped6))
			return in6.sin6_addr.s6_addr[12] == 127;
		return memcmp(in6.sin6_addr.s6_addr, one, sizeof(one)) == 0;
	}
	return false;
}

char *
guard_text(struct arena *arena, const struct sockaddr *address)
{
	char *text = arena_alloc(arena, INET6_ADDRSTRLEN);
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in4, address, sizeof(in4));
		if (inet_ntop(AF_INET, &in4.sin_addr, text, INET6_ADDRSTRLEN) != NULL)
			return text;
	} else if (address->sa_family == AF_INET6) {
		memcpy(&in6, address, sizeof(in6));
		if (inet_ntop(AF_INET6, &in6.sin6_addr, text, INET6_ADDRSTRLEN) != NULL)
			return text;
	}
	return arena_printf(arena, "of family %d", (int)address->sa_family);
}

bool
http_address_private(const char *text)
{
	struct sockaddr_in in4 = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &in4.sin_addr) == 1)
		return is_private4(ntohl(in4.sin_addr.s_addr));
	if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		return is_private6(in6.sin6_addr.s6_addr);
	/* What is no address is not let through. */
	return true;
}
