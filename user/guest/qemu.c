// SPDX-License-Identifier: GPL-2.0-only
#include "qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A program that says nothing for so long is not asked any further. */
#define ANSWER_MS 20000

/* The first line of what a program said. */
struct answer {
	char line[256];
	size_t length;
	bool whole;
};

static void add(struct answer *answer, const char *text, size_t n)
{
	for (size_t i = 0; i < n && !answer->whole; i++) {
		answer->whole = text[i] == '\n';
		if (!answer->whole && answer->length < sizeof(answer->line) - 1)
			answer->line[answer->length++] = text[i];
	}
}

/* Reads until the program is done. */
static int listen_to(int fd, struct answer *answer)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	char buf[4096];
	ssize_t n;

	/* A QEMU that is asked says some lines; what goes on and on is none. */
	for (int i = 0; i < 1000; i++) {
		n = poll(&poller, 1, ANSWER_MS);
		if (n == 0)
			return -ETIMEDOUT;
		if (n > 0)
			n = read(fd, buf, sizeof(buf));
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			add(answer, buf, n);
	}
	return -EMSGSIZE;
}

static int spawn(char *const argv[], int output, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, 1);
	posix_spawn_file_actions_adddup2(&actions, output, 2);
	err = -posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

/* Return: the exit status, 128 for another end, or a negative errno. */
static int ask(char *const argv[], struct answer *answer)
{
	int pipes[2], status, err;
	pid_t pid;

	*answer = (struct answer){};
	if (pipe2(pipes, O_CLOEXEC))
		return -errno;
	err = spawn(argv, pipes[1], &pid);
	close(pipes[1]);
	if (!err) {
		err = listen_to(pipes[0], answer);
		if (err)
			kill(pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(pipes[0]);
	if (err)
		return err;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

const char *qemu_reconnect(const char *binary, char *why, size_t size)
{
	static const char * const ways[] = { "reconnect-ms=1000", "reconnect=1" };
	static const char uart[] = "isa-serial,help";
	const char *found = NULL;
	struct answer answer;
	char chardev[64];
	int result = 0;

	/* Options are looked at in their order, and it is done at -version. */
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways) && !found && result >= 0; i++) {
		snprintf(chardev, sizeof(chardev), "socket,id=gpupm,path=/,server=off,%s", ways[i]);
		result = ask((char *[]){ (char *)binary, "-chardev", chardev, "-version", NULL },
			     &answer);
		if (!result && !strncmp(answer.line, "QEMU ", 5))
			found = ways[i];
	}
	if (result == -ENOENT)
		snprintf(why, size, "there is no such program");
	else if (result < 0)
		snprintf(why, size, "%s", strerror(-result));
	else if (!found)
		snprintf(why, size, "it is not a QEMU of 4.0 or later, and says '%s'", answer.line);
	if (!found)
		return NULL;

	result = ask((char *[]){ (char *)binary, "-device", (char *)uart, NULL }, &answer);
	if (!result)
		return found;
	snprintf(why, size, "it has no isa-serial, only QEMUs of PCs have: '%s'", answer.line);
	return NULL;
}
