// SPDX-License-Identifier: GPL-2.0-only
/*
 * libvirt tells when a VM has ended, so nothing looks for it again and again. Its
 * calls block, the one to an agent until the guest has shut down, or for a minute: so
 * that is a thread's; and where there is more than one VM, each is stopped by a process
 * of its own.
 */
#include "stop.h"
#include "../cmd/cmd.h"
#include "../show/text.h"
#include "domain.h"

#include <errno.h>
#include <fcntl.h>
#include <libvirt/virterror.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long a VM may take to be gone once force was used. */
#define FORCE_SECONDS	20
#define PROGRESS_MS	5000
/* How long what asks an agent may take to see that the VM is gone. */
#define ANSWER_MS	5000

/**
 * struct question - what an agent is asked
 * @thread: asks
 * @domain: the VM, with a reference of its own
 * @pipe: where the answer is announced
 * @refused: whether it does not
 * @words: why
 */
struct question {
	pthread_t thread;
	virDomainPtr domain;
	int pipe[2];
	bool refused;
	char words[256];
};

/**
 * struct stop - a VM that is being stopped
 * @domain: the VM
 * @name: its name, clean
 * @ended: it does not run any more
 * @over: the time of this step is
 * @answered: the agent's question is
 * @question: to the agent, or NULL
 * @begun_ms: when the first step began
 */
struct stop {
	virDomainPtr domain;
	char name[256];
	bool ended;
	bool over;
	bool answered;
	struct question *question;
	long begun_ms;
};

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void __attribute__((format(printf, 2, 3)))
tell(const struct stop *stop, const char *format, ...)
{
	va_list args;

	printf("%s: ", stop->name);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	/* Whoever waits wants to know now. */
	fflush(stdout);
}

/* ---- events --------------------------------------------------------------------- */

static int on_event(virConnectPtr connection, virDomainPtr domain, int event, int detail,
		    void *data)
{
	struct stop *stop = data;

	(void)connection;
	(void)detail;
	if (event == VIR_DOMAIN_EVENT_STOPPED &&
	    !strcmp(virDomainGetName(domain), virDomainGetName(stop->domain)))
		stop->ended = true;
	return 0;
}

static void on_over(int timer, void *data)
{
	struct stop *stop = data;

	(void)timer;
	stop->over = true;
}

static void on_progress(int timer, void *data)
{
	const struct stop *stop = data;

	(void)timer;
	tell(stop, "still running after %ld s", (now_ms() - stop->begun_ms + 500) / 1000);
}

static void on_answer(int watch, int fd, int events, void *data)
{
	struct stop *stop = data;

	(void)watch;
	(void)fd;
	(void)events;
	stop->answered = true;
}

/* Return: whether the VM has ended before @ms were over, or an answer came. */
static bool wait_for_end(struct stop *stop, long ms)
{
	int over = virEventAddTimeout(ms > 0 ? ms : 0, on_over, stop, NULL);
	int progress = virEventAddTimeout(PROGRESS_MS, on_progress, stop, NULL);

	stop->over = over < 0;
	while (!stop->ended && !stop->over && !stop->answered)
		if (virEventRunDefaultImpl() < 0)
			break;
	if (over >= 0)
		virEventRemoveTimeout(over);
	if (progress >= 0)
		virEventRemoveTimeout(progress);
	/* One that ended before it was listened to sends no event. */
	return stop->ended || virDomainIsActive(stop->domain) == 0;
}

/* ---- the steps -------------------------------------------------------------------- */

static const char *last_words(char words[static 256])
{
	struct style style;

	style_detect(&style, stdout);
	text_clean(&style, words, 256, virGetLastErrorMessage());
	return words;
}

static void *ask(void *data)
{
	struct question *question = data;

	question->refused = virDomainShutdownFlags(question->domain,
						   VIR_DOMAIN_SHUTDOWN_GUEST_AGENT);
	if (question->refused)
		last_words(question->words);
	while (write(question->pipe[1], "", 1) < 0 && errno == EINTR)
		;
	return NULL;
}

static void question_free(struct question *question)
{
	close(question->pipe[0]);
	close(question->pipe[1]);
	virDomainFree(question->domain);
	free(question);
}

static struct question *question_begin(virDomainPtr domain)
{
	struct question *question = calloc(1, sizeof(*question));
	int err;

	if (!question || pipe2(question->pipe, O_CLOEXEC)) {
		free(question);
		return NULL;
	}
	virDomainRef(domain);
	question->domain = domain;
	err = pthread_create(&question->thread, NULL, ask, question);
	if (!err)
		return question;
	question_free(question);
	errno = err;
	return NULL;
}

/* A thread that hangs goes with the process, and keeps what it uses. */
static void question_end(struct stop *stop)
{
	struct pollfd answer;

	if (!stop->question)
		return;
	answer = (struct pollfd){ .fd = stop->question->pipe[0], .events = POLLIN };
	if (poll(&answer, 1, ANSWER_MS) > 0) {
		pthread_join(stop->question->thread, NULL);
		question_free(stop->question);
	} else {
		pthread_detach(stop->question->thread);
	}
	stop->question = NULL;
}

/* Return: whether the VM has ended within its time, by what the agent did. */
static bool ask_agent(struct stop *stop, long deadline)
{
	char words[256];
	bool refused;
	int watch;

	tell(stop, "asks its guest agent to shut down");
	stop->question = question_begin(stop->domain);
	if (!stop->question) {
		tell(stop, "it cannot be asked: %s", strerror(errno));
		return false;
	}
	watch = virEventAddHandle(stop->question->pipe[0], VIR_EVENT_HANDLE_READABLE, on_answer,
				  stop, NULL);
	if (wait_for_end(stop, deadline - now_ms()) || !stop->answered) {
		virEventRemoveHandle(watch);
		return stop->ended || virDomainIsActive(stop->domain) == 0;
	}
	virEventRemoveHandle(watch);
	stop->answered = false;
	refused = stop->question->refused;
	snprintf(words, sizeof(words), "%s", stop->question->words);
	question_end(stop);
	if (!refused)
		return wait_for_end(stop, deadline - now_ms());
	if (virDomainIsActive(stop->domain) == 0)
		return true;
	tell(stop, "the agent does not: %s", words);
	return false;
}

static int force(struct stop *stop)
{
	tell(stop, "force: its QEMU is ended");
	if (virDomainDestroy(stop->domain) && virDomainIsActive(stop->domain) != 0)
		return domain_failed("VM %s cannot be stopped by force", stop->name);
	if (wait_for_end(stop, FORCE_SECONDS * 1000L))
		return RESULT_DONE;
	complain("VM %s still runs", stop->name);
	return RESULT_FAILED;
}

static int take_steps(struct stop *stop, long seconds)
{
	long deadline = stop->begun_ms + seconds * 1000;
	char words[256];

	if (ask_agent(stop, stop->begun_ms + seconds * 500))
		return RESULT_DONE;
	tell(stop, "presses its power button");
	if (virDomainShutdownFlags(stop->domain, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN))
		tell(stop, "the button does not: %s", last_words(words));
	else if (wait_for_end(stop, deadline - now_ms()))
		return RESULT_DONE;
	if (virDomainIsActive(stop->domain) == 0)
		return RESULT_DONE;
	return force(stop);
}

static int stop_one(virConnectPtr connection, virDomainPtr domain, long seconds)
{
	struct stop stop = { .domain = domain, .begun_ms = now_ms() };
	struct style style;
	int callback, result;

	style_detect(&style, stdout);
	text_clean(&style, stop.name, sizeof(stop.name), virDomainGetName(domain));
	callback = virConnectDomainEventRegisterAny(connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
						    VIR_DOMAIN_EVENT_CALLBACK(on_event), &stop,
						    NULL);
	if (callback < 0)
		return domain_failed("libvirt does not tell when VM %s ends", stop.name);
	if (virDomainIsActive(domain) == 0) {
		tell(&stop, "does not run");
		result = RESULT_DONE;
	} else {
		result = take_steps(&stop, seconds);
		if (!result)
			tell(&stop, "has ended, after %ld s",
			     (now_ms() - stop.begun_ms + 500) / 1000);
	}
	question_end(&stop);
	virConnectDomainEventDeregisterAny(connection, callback);
	return result;
}

void stop_prepare(void)
{
	virEventRegisterDefaultImpl();
}

int vm_stop(virConnectPtr connection, const char *name, long seconds)
{
	virDomainPtr domain;
	int result = domain_find(connection, name, &domain);

	if (result)
		return result;
	result = stop_one(connection, domain, seconds);
	virDomainFree(domain);
	return result;
}

/* Return: what the process that stops a VM came to. */
static int stop_in_process(const char *name, long seconds)
{
	virConnectPtr connection;
	int result;

	/* A connection is of one process, and so is what listens to it. */
	stop_prepare();
	connection = domains_open(&result);
	if (!connection)
		return result;
	result = vm_stop(connection, name, seconds);
	virConnectClose(connection);
	return finish(result);
}

int vm_stop_all(virConnectPtr connection, long seconds)
{
	int n, status, result = RESULT_DONE;
	virDomainPtr *domains;
	pid_t pid;

	n = virConnectListAllDomains(connection, &domains, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
	if (n < 0)
		return domain_failed("libvirt does not tell which VMs run");
	if (!n)
		puts("No VM runs.");
	fflush(stdout);
	for (int i = 0; i < n; i++) {
		pid = fork();
		if (!pid)
			_exit(stop_in_process(virDomainGetName(domains[i]), seconds));
		if (pid < 0) {
			complain("VM %s is not stopped: %s", virDomainGetName(domains[i]),
				 strerror(errno));
			result = RESULT_FAILED;
		}
	}
	while ((pid = wait(&status)) > 0 || errno == EINTR)
		if (pid > 0 && (!WIFEXITED(status) || WEXITSTATUS(status)))
			result = RESULT_FAILED;
	domains_free(domains, n);
	return result;
}
