// SPDX-License-Identifier: GPL-2.0-only
#include "notify.h"
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int notify_socket = -1;
static uv_timer_t watchdog;
static bool watched;

static void send_text(const char *text)
{
	if (notify_socket >= 0 && send(notify_socket, text, strlen(text), MSG_NOSIGNAL) < 0)
		log_debug("cannot tell systemd %s: %s", text, strerror(errno));
}

static void on_watchdog(uv_timer_t *timer)
{
	(void)timer;
	send_text("WATCHDOG=1");
}

static void open_socket(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len >= sizeof(address.sun_path))
		return;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
	/* An abstract name has a zero where the variable has an @. */
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	notify_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (notify_socket < 0)
		return;
	if (!connect(notify_socket, (struct sockaddr *)&address,
		     offsetof(struct sockaddr_un, sun_path) + len))
		return;
	log_warning("cannot reach systemd at %s: %s", name, strerror(errno));
	close(notify_socket);
	notify_socket = -1;
}

static void start_watchdog(uv_loop_t *loop)
{
	const char *interval = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	unsigned long long half_ms;

	if (!interval || (pid && atoi(pid) != getpid()))
		return;
	half_ms = strtoull(interval, NULL, 10) / 2000;
	if (!half_ms)
		return;
	uv_timer_init(loop, &watchdog);
	uv_timer_start(&watchdog, on_watchdog, half_ms, half_ms);
	watched = true;
}

void notify_open(uv_loop_t *loop)
{
	const char *name = getenv("NOTIFY_SOCKET");

	if (name)
		open_socket(name);
	if (notify_socket >= 0)
		start_watchdog(loop);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

void notify_close(void)
{
	if (watched)
		uv_close((uv_handle_t *)&watchdog, NULL);
	watched = false;
	if (notify_socket >= 0)
		close(notify_socket);
	notify_socket = -1;
}

void notify_ready(void)
{
	send_text("READY=1");
}

void notify_reloading(void)
{
	struct timespec now;
	char text[80];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%llu",
		 now.tv_sec * 1000000ULL + now.tv_nsec / 1000);
	send_text(text);
}

void notify_stopping(void)
{
	send_text("STOPPING=1");
}

void notify_alive(void)
{
	if (!watched)
		return;
	send_text("WATCHDOG=1");
	uv_timer_again(&watchdog);
}

void notify_status(const char *format, ...)
{
	char text[256] = "STATUS=";
	va_list args;

	va_start(args, format);
	vsnprintf(text + strlen("STATUS="), sizeof(text) - strlen("STATUS="), format, args);
	va_end(args);
	send_text(text);
}
