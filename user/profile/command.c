// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"
#include "../daemon/log.h"
#include "../daemon/vm.h"
#include "../show/text.h"
#include "split.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/**
 * struct command - a command that waits or runs
 * @argv: the command
 * @profile: it is run for
 * @vm: it is run for, or empty
 * @what: what the log calls it
 * @process: once it runs
 * @pipe: its output
 * @limit: ends it
 * @handles: of these three, how many are open
 * @killed: it took too long
 * @line: what it printed since the last newline
 * @n: bytes in @line
 * @lines: lines that it printed
 * @buf: for reading
 * @next: that waits
 */
struct command {
	char **argv;
	enum profile_id profile;
	char vm[VM_NAME_SIZE];
	char what[192];
	uv_process_t process;
	uv_pipe_t pipe;
	uv_timer_t limit;
	int handles;
	bool killed;
	char line[COMMAND_LINE_SIZE];
	size_t n;
	unsigned int lines;
	char buf[4096];
	struct command *next;
};

static uv_loop_t *command_loop;
static unsigned int command_limit_ms;
static struct command *running;
static struct command *waiting;

static void run_next(void);

void commands_open(uv_loop_t *loop, unsigned int limit_ms)
{
	command_loop = loop;
	command_limit_ms = limit_ms;
}

static void free_command(struct command *command)
{
	split_free(command->argv);
	free(command);
}

static void closed(uv_handle_t *handle)
{
	struct command *command = handle->data;

	if (!--command->handles)
		free_command(command);
}

static void close_all(struct command *command)
{
	uv_close((uv_handle_t *)&command->process, closed);
	uv_close((uv_handle_t *)&command->pipe, closed);
	uv_close((uv_handle_t *)&command->limit, closed);
}

void commands_drop(void)
{
	while (waiting) {
		struct command *command = waiting;

		waiting = command->next;
		log_info("%s: not run, since another profile has begun", command->what);
		free_command(command);
	}
}

void commands_close(void)
{
	while (waiting) {
		struct command *command = waiting;

		waiting = command->next;
		free_command(command);
	}
	if (running)
		close_all(running);
	running = NULL;
}

static void print_line(struct command *command)
{
	char text[COMMAND_LINE_SIZE];

	command->line[command->n] = '\0';
	command->n = 0;
	if (command->lines++ < COMMAND_LINES) {
		text_clean(&(struct style){ .unicode = true }, text, sizeof(text), command->line);
		log_info("%s: %s", command->what, text);
	} else if (command->lines == COMMAND_LINES + 1) {
		log_info("%s: it prints more than %d lines; the rest is not shown",
			 command->what, COMMAND_LINES);
	}
}

static void print(struct command *command, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		/* A zero ends the text that the log gets. */
		char c = text[i] ? text[i] : ' ';

		if (c != '\n')
			command->line[command->n++] = c;
		if (c == '\n' || command->n == sizeof(command->line) - 1)
			print_line(command);
	}
}

static void give_buffer(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct command *command = handle->data;

	(void)size;
	*buf = uv_buf_init(command->buf, sizeof(command->buf));
}

static void on_output(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	if (n > 0)
		print(stream->data, buf->base, n);
	else if (n < 0)
		uv_read_stop(stream);
}

/*
 * What the command has printed is in the pipe when it has ended. What it left
 * behind may keep the pipe open for ever; that is not waited for.
 */
static void take_rest(struct command *command)
{
	ssize_t n;
	int fd;

	if (!uv_fileno((uv_handle_t *)&command->pipe, &fd))
		while ((n = read(fd, command->buf, sizeof(command->buf))) > 0)
			print(command, command->buf, n);
	if (command->n)
		print_line(command);
}

static void on_exit_of(uv_process_t *process, int64_t status, int signal)
{
	struct command *command = process->data;

	take_rest(command);
	if (command->killed)
		log_warning("%s: it took longer than %u s and was killed", command->what,
			    command_limit_ms / 1000);
	else if (signal)
		log_warning("%s: ended by signal %d (%s)", command->what, signal,
			    strsignal(signal));
	else if (status)
		log_warning("%s: ended with exit code %d", command->what, (int)status);
	else
		log_info("%s: done", command->what);
	close_all(command);
	running = NULL;
	run_next();
}

static void on_limit(uv_timer_t *timer)
{
	struct command *command = timer->data;

	command->killed = true;
	/* It leads a session of its own. */
	kill(-command->process.pid, SIGKILL);
}

/* Our environment without what systemd tells the daemon alone, and with our own. */
static char **make_environment(const struct command *command)
{
	static const char * const not_theirs[] = {
		"NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=", "LISTEN_FDS=", "LISTEN_PID=",
		"LISTEN_FDNAMES=", "GPUPM_PROFILE=", "GPUPM_VM=",
	};
	const size_t n_not = sizeof(not_theirs) / sizeof(*not_theirs);
	static char profile[32], vm[VM_NAME_SIZE + 16];
	size_t n = 0, to = 0;
	char **result;

	while (environ[n])
		n++;
	result = calloc(n + 3, sizeof(*result));
	for (size_t i = 0; result && i < n; i++) {
		size_t j = 0;

		while (j < n_not && strncmp(environ[i], not_theirs[j], strlen(not_theirs[j])))
			j++;
		if (j == n_not)
			result[to++] = environ[i];
	}
	if (result) {
		snprintf(profile, sizeof(profile), "GPUPM_PROFILE=%s",
			 profile_word(command->profile));
		snprintf(vm, sizeof(vm), "GPUPM_VM=%s", command->vm);
		result[to++] = profile;
		if (command->vm[0])
			result[to++] = vm;
	}
	return result;
}

/* Return: 0 or a negative errno, with all handles about to be closed. */
static int start(struct command *command)
{
	uv_stdio_container_t stdio[3] = { { .flags = UV_IGNORE } };
	uv_process_options_t options = {
		.exit_cb = on_exit_of,
		.file = command->argv[0],
		.args = command->argv,
		.cwd = "/",
		/* Its own session, to be killed with all that it started. */
		.flags = UV_PROCESS_DETACHED,
		.stdio_count = 3,
		.stdio = stdio,
	};
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	options.env = make_environment(command);
	if (!options.env) {
		close(fds[0]);
		close(fds[1]);
		return -ENOMEM;
	}
	for (int fd = 1; fd <= 2; fd++) {
		stdio[fd].flags = UV_INHERIT_FD;
		stdio[fd].data.fd = fds[1];
	}
	command->process.data = command;
	command->pipe.data = command;
	command->limit.data = command;
	uv_timer_init(command_loop, &command->limit);
	uv_pipe_init(command_loop, &command->pipe, 0);
	command->handles = 3;
	err = uv_spawn(command_loop, &command->process, &options);
	free(options.env);
	close(fds[1]);
	if (!err)
		err = uv_pipe_open(&command->pipe, fds[0]);
	else
		close(fds[0]);
	if (!err)
		err = uv_read_start((uv_stream_t *)&command->pipe, give_buffer, on_output);
	if (err) {
		close_all(command);
		return err;
	}
	uv_timer_start(&command->limit, on_limit, command_limit_ms, 0);
	return 0;
}

static void run_next(void)
{
	while (!running && waiting) {
		struct command *command = waiting;
		char what[sizeof(command->what)];
		int err;

		waiting = command->next;
		memcpy(what, command->what, sizeof(what));
		log_info("%s: begins", what);
		err = start(command);
		if (!err)
			running = command;
		else
			log_warning("%s: could not be run: %s", what, uv_strerror(err));
		if (err && !command->handles)
			free_command(command);
	}
}

void command_run(char *const *argv, enum profile_id profile, const char *vm)
{
	struct command *command = calloc(1, sizeof(*command)), **link = &waiting;
	char program[64];

	if (command)
		command->argv = split_copy(argv);
	if (!command || !command->argv) {
		log_error("host-command: out of memory");
		free(command);
		return;
	}
	command->profile = profile;
	snprintf(command->vm, sizeof(command->vm), "%s", vm);
	text_clean(&(struct style){ .unicode = true }, program, sizeof(program), argv[0]);
	snprintf(command->what, sizeof(command->what), "host-command %s%s%s", program,
		 *vm ? " for VM " : "", vm);
	while (*link)
		link = &(*link)->next;
	*link = command;
	run_next();
}
