// SPDX-License-Identifier: GPL-2.0-only
#include "rule.h"
#include "../show/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FORM	"[ADDRESS:]PORT:[ADDRESS:]PORT, as in 13389:3389"

static const char *clean(char buf[static 128], const char *text)
{
	text_clean(&(struct style){ .unicode = true }, buf, 128, text);
	return buf;
}

bool forward_address(struct sockaddr_storage *to, const char *address, uint16_t port)
{
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;
	struct sockaddr_in *four = (struct sockaddr_in *)to;

	*to = (struct sockaddr_storage){};
	if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		return true;
	}
	if (inet_pton(AF_INET6, address, &six->sin6_addr) != 1)
		return false;
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(port);
	return true;
}

static bool all_digits(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

static bool read_port(const char *text, uint16_t *port, FILE *error)
{
	unsigned long value = all_digits(text) && strlen(text) < 6 ? strtoul(text, NULL, 10) : 0;
	char buf[128];

	*port = value;
	if (value && value <= 65535)
		return true;
	fprintf(error, "'%s' is no port: they go from 1 to 65535", clean(buf, text));
	return false;
}

/* An address in the one way it is written, which inet_ntop() knows. */
static bool read_address(const char *text, char to[static INET6_ADDRSTRLEN], FILE *error)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char bare[INET6_ADDRSTRLEN] = "", buf[128];
	size_t n = strlen(text);
	int family = AF_INET;

	clean(buf, text);
	if (*text == '[' && n > 2 && text[n - 1] == ']') {
		family = AF_INET6;
		text++;
		n -= 2;
	}
	if (n < sizeof(bare))
		memcpy(bare, text, n);
	if (inet_pton(family, bare, bytes) == 1) {
		inet_ntop(family, bytes, to, INET6_ADDRSTRLEN);
		return true;
	}
	fprintf(error, "'%s' is no address: they are numbers as 192.168.122.50 or [fd00::50]",
		buf);
	return false;
}

/* Cut the next field off: up to a colon that is not within brackets. */
static char *next_field(char **text)
{
	char *field = *text, *end;

	if (!field)
		return NULL;
	end = *field == '[' ? strchr(field, ']') : field;
	end = end ? strchr(end, ':') : NULL;
	if (end)
		*end++ = '\0';
	*text = end;
	return field;
}

static bool is_any(const char *address)
{
	return !strcmp(address, "0.0.0.0") || !strcmp(address, "::");
}

static int read_forward(char *text, struct forward *forward, FILE *error)
{
	char whole[128], *fields[5] = {};
	int n = 0, at = 0;

	clean(whole, text);
	while (n < 5 && (fields[n] = next_field(&text)))
		n++;
	*forward = (struct forward){};
	/* Of three, the one that is no number is the address. */
	if (n == 4 || (n == 3 && !all_digits(fields[0])))
		if (!read_address(fields[at++], forward->host, error))
			return -EINVAL;
	if (n - at < 2 || n - at > 3) {
		fprintf(error, "'%s' is not of the form " FORM, whole);
		return -EINVAL;
	}
	if (!read_port(fields[at++], &forward->host_port, error))
		return -EINVAL;
	if (n - at == 2 && !read_address(fields[at++], forward->guest, error))
		return -EINVAL;
	if (is_any(forward->guest)) {
		fprintf(error, "%s is not the address of a guest", forward->guest);
		return -EINVAL;
	}
	return read_port(fields[at], &forward->guest_port, error) ? 0 : -EINVAL;
}

/* Whether both would listen on the same port of the same address. */
static bool collide(const struct forward *a, const struct forward *b)
{
	return a->host_port == b->host_port &&
	       (!a->host[0] || !b->host[0] || is_any(a->host) || is_any(b->host) ||
		!strcmp(a->host, b->host));
}

static int add(struct forward *forwards, size_t *n, char *text, FILE *error)
{
	struct forward *new = &forwards[*n];
	int err = read_forward(text, new, error);

	if (err)
		return err;
	for (size_t i = 0; i < *n; i++) {
		if (!collide(&forwards[i], new))
			continue;
		fprintf(error, "port %u of the host is forwarded twice", new->host_port);
		return -EINVAL;
	}
	(*n)++;
	return 0;
}

static char *trim(char *text)
{
	size_t n;

	text += strspn(text, " \t");
	n = strlen(text);
	while (n && strchr(" \t", text[n - 1]))
		text[--n] = '\0';
	return text;
}

int forwards_parse(const char *text, struct forward **forwards, size_t *n, FILE *error)
{
	struct forward *list = calloc(FORWARDS_MAX, sizeof(*list));
	char *copy = strdup(text), *rest = copy, *item;
	int err = list && copy ? 0 : -ENOMEM;

	*n = 0;
	while (!err && (item = strsep(&rest, ","))) {
		if (*n < FORWARDS_MAX) {
			err = add(list, n, trim(item), error);
		} else {
			fprintf(error, "there are more than %d forwards", FORWARDS_MAX);
			err = -EINVAL;
		}
	}
	free(copy);
	if (err) {
		free(list);
		list = NULL;
	}
	*forwards = list;
	return err;
}

static size_t put(char *text, size_t used, const char *address, uint16_t port)
{
	bool six = strchr(address, ':');

	if (*address)
		used += snprintf(text + used, FORWARD_SIZE - used, six ? "[%s]:" : "%s:", address);
	return used + snprintf(text + used, FORWARD_SIZE - used, "%u", port);
}

const char *forward_text(char text[static FORWARD_SIZE], const struct forward *forward)
{
	size_t used = put(text, 0, forward->host, forward->host_port);

	text[used++] = ':';
	put(text, used, forward->guest, forward->guest_port);
	return text;
}
