// SPDX-License-Identifier: GPL-2.0-only
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_SECONDS	5
/* No answer is as long; a stranger's may be. */
#define ANSWER_MAX	(1 << 20)

static int dial(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval wait = { .tv_sec = WAIT_SECONDS };
	int err, fd;

	if (!path)
		path = getenv("GPUPM_CONTROL");
	if (!path || !*path)
		path = CONTROL_PATH;
	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int send_all(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, text, n, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		text += sent;
		n -= sent;
	}
	return 0;
}

static int send_request(int fd, struct json_object *request)
{
	const char *text = json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN);
	int err;

	if (!text)
		return -ENOMEM;
	err = send_all(fd, text, strlen(text));
	return err ? err : send_all(fd, "\n", 1);
}

/* The answer, up to the end of its line or of the connection. */
static int receive_answer(int fd, struct json_tokener *tokener, struct json_object **answer)
{
	char buf[4096];
	size_t all = 0;

	do {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		all += n;
		if (!n || all > ANSWER_MAX)
			return -EPROTO;
		*answer = json_tokener_parse_ex(tokener, buf, n);
	} while (!*answer && json_tokener_get_error(tokener) == json_tokener_continue);

	if (json_object_is_type(*answer, json_type_object))
		return 0;
	json_object_put(*answer);
	return -EPROTO;
}

int control_ask(const char *path, struct json_object *request, struct json_object **answer)
{
	struct json_tokener *tokener;
	int err, fd = dial(path);

	if (fd < 0)
		return fd;
	tokener = json_tokener_new();
	err = tokener ? send_request(fd, request) : -ENOMEM;
	if (!err)
		err = receive_answer(fd, tokener, answer);
	/* json_tokener_free() does not take NULL. */
	if (tokener)
		json_tokener_free(tokener);
	close(fd);
	return err;
}
