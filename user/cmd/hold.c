// SPDX-License-Identifier: GPL-2.0-only
#include "../client/event.h"
#include "cmd.h"
#include "signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What shells exit with for these. */
#define EXIT_NOT_RUN	126
#define EXIT_NOT_FOUND	127
#define EXIT_SIGNAL	128

/* The hold ends with the command; like the shell, this process outlives its ^C. */
static int run_command(char **command)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, interrupt, quit;
	int status;
	pid_t pid;

	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	pid = fork();
	if (pid < 0) {
		complain("could not start %s: %s", command[0], strerror(errno));
		return RESULT_FAILED;
	}
	if (!pid) {
		sigaction(SIGINT, &interrupt, NULL);
		sigaction(SIGQUIT, &quit, NULL);
		execvp(command[0], command);
		complain("could not run %s: %s", command[0], strerror(errno));
		_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return RESULT_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SIGNAL + WTERMSIG(status);
}

/* Return: -EPROTONOSUPPORT or -ENODEV when the GPU is no longer there to be held. */
static int still_there(struct events *events, const char *address)
{
	struct event event;
	int result;

	for (;;) {
		result = events_next(events, &event);
		if (!result || result == -EPROTONOSUPPORT)
			return result;
		if (result == 1 && event.cause == GPUPM_CAUSE_DETACHED &&
		    !strcmp(event.gpu, address))
			return -ENODEV;
		if (result < 0 && result != -ENOBUFS && result != -EBADMSG)
			return result;
	}
}

static int wait_for_signal(struct events *events, const char *address, int signals)
{
	struct pollfd fds[] = {
		{ .fd = events_fd(events), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
	};
	int err;

	fprintf(stderr, "holding %s in D0, ^C to release\n", address);
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return RESULT_FAILED;
		if (signals_stop(signals))
			return RESULT_DONE;
		err = still_there(events, address);
		if (!err)
			continue;
		if (err == -ENODEV)
			complain("the module let go of %s, so the hold ended", address);
		else if (err == -EPROTONOSUPPORT)
			complain("the module was unloaded, so the hold ended");
		else
			complain("could not read events: %s", strerror(-err));
		return result_of(err);
	}
}

static int hold(struct client *client, const char *address, char **command)
{
	struct events *events = NULL;
	int err = 0, result, signals = -1;

	if (!command) {
		err = events_open(client, &events);
		signals = signals_open();
	}
	if (err) {
		complain("could not listen to events: %s", strerror(-err));
		return RESULT_FAILED;
	}
	err = client_hold(client, address);
	if (err)
		result = client_failed(client, err);
	else if (command)
		result = run_command(command);
	else
		result = wait_for_signal(events, address, signals);
	if (signals >= 0)
		close(signals);
	events_close(events);
	return result;
}

/* Cut "-- COMMAND..." off the command line, so that its options stay its own. */
static char **split_command(int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], "--"))
			continue;
		*argc = i;
		argv[i] = NULL;
		return argv + i + 1;
	}
	return NULL;
}

static int hold_run(int argc, char **argv)
{
	char **command = split_command(&argc, argv);
	struct gpu_list list = {};
	struct client *client = NULL;
	struct options options;
	struct gpu *gpu;
	int result = options_parse(&cmd_hold, &argc, &argv, 1, &options);

	if (result >= 0)
		return result;
	if (command && !*command)
		return usage_error(&cmd_hold, "there is no command after --");
	result = connect_and_read(&client, &list);
	if (!result)
		result = pick_gpu(&cmd_hold, &list, argc ? argv[0] : NULL, &gpu);
	if (!result)
		result = hold(client, gpu->address, command);
	gpu_list_free(&list);
	client_close(client);
	return result;
}

const struct command cmd_hold = {
	.name = "hold",
	.arguments = "[GPU] [-- COMMAND...]",
	.summary = "Keep a GPU in D0 until COMMAND, or ^C, ends.",
	.help =
	"With a COMMAND it exits with that command's exit code, 127 when there is no\n"
	"such command, or 128 and the number of the signal that killed it.\n",
	.run = hold_run,
};
