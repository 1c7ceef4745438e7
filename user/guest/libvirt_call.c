// SPDX-License-Identifier: GPL-2.0-only
/*
 * libvirt's calls block, at worst for as long as a QEMU hangs, so each has a thread
 * of its own; libuv's would be waited for at exit. A call connects, speaks and
 * disconnects: nothing has to be kept alive meanwhile, and nothing can be stale
 * after libvirt's daemon was restarted.
 *
 * The library is loaded by the first call. Who has no such domain does not pay for
 * it, and need not have it.
 */
#include "libvirt_call.h"
#include "../show/text.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_SIZE	512

struct libvirt_call {
	uv_async_t ended;
	enum libvirt_channel channel;
	char *domain;
	char *command;
	libvirt_done *done;
	void *data;
	/* Set by the thread before @ended is sent. */
	char *answer;
	char error[ERROR_SIZE];
	bool later;
	/* Guards what follows. The thread and the loop each have a reference. */
	pthread_mutex_t lock;
	int references;
	bool forgotten;
};

static void __attribute__((format(printf, 2, 3)))
complain(struct libvirt_call *call, const char *format, ...)
{
	static const struct style plain;
	char text[ERROR_SIZE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_clean(&plain, call->error, sizeof(call->error), text);
}

#ifdef HAVE_LIBVIRT

#include <dlfcn.h>
#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

/* How long an agent may take for one answer. */
#define AGENT_SECONDS	10

static struct {
	typeof(virInitialize) *initialize;
	typeof(virSetErrorFunc) *set_error_func;
	typeof(virGetLastErrorMessage) *last_error;
	typeof(virGetLastErrorCode) *last_error_code;
	typeof(virConnectOpen) *connect;
	typeof(virConnectClose) *close;
	typeof(virDomainLookupByName) *lookup;
	typeof(virDomainFree) *domain_free;
	typeof(virDomainQemuMonitorCommand) *monitor_command;
	typeof(virDomainQemuAgentCommand) *agent_command;
	/* Why it cannot be used; empty when it can. */
	char missing[256];
} vir;

static void load_one(void *library, const char *name, void *function)
{
	void *symbol = library ? dlsym(library, name) : NULL;

	if (!symbol && !vir.missing[0])
		snprintf(vir.missing, sizeof(vir.missing), "%s", dlerror());
	memcpy(function, &symbol, sizeof(symbol));
}

/* libvirt would print every error on our stderr. */
static void no_print(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

static void load(void)
{
	void *base = dlopen("libvirt.so.0", RTLD_NOW | RTLD_LOCAL);
	void *qemu = base ? dlopen("libvirt-qemu.so.0", RTLD_NOW | RTLD_LOCAL) : NULL;

	if (!qemu)
		snprintf(vir.missing, sizeof(vir.missing), "%s", dlerror());
	load_one(base, "virInitialize", &vir.initialize);
	load_one(base, "virSetErrorFunc", &vir.set_error_func);
	load_one(base, "virGetLastErrorMessage", &vir.last_error);
	load_one(base, "virGetLastErrorCode", &vir.last_error_code);
	load_one(base, "virConnectOpen", &vir.connect);
	load_one(base, "virConnectClose", &vir.close);
	load_one(base, "virDomainLookupByName", &vir.lookup);
	load_one(base, "virDomainFree", &vir.domain_free);
	load_one(qemu, "virDomainQemuMonitorCommand", &vir.monitor_command);
	load_one(qemu, "virDomainQemuAgentCommand", &vir.agent_command);
	if (vir.missing[0])
		return;
	if (vir.initialize() < 0)
		snprintf(vir.missing, sizeof(vir.missing), "%s", vir.last_error());
	vir.set_error_func(NULL, no_print);
}

static void run(struct libvirt_call *call)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	virDomainPtr domain = NULL;
	virConnectPtr connection;

	pthread_once(&once, load);
	if (vir.missing[0]) {
		complain(call, "libvirt cannot be used: %s", vir.missing);
		return;
	}
	connection = vir.connect("qemu:///system");
	if (connection)
		domain = vir.lookup(connection, call->domain);
	if (domain && call->channel == LIBVIRT_MONITOR) {
		if (vir.monitor_command(domain, call->command, &call->answer,
					VIR_DOMAIN_QEMU_MONITOR_COMMAND_DEFAULT))
			call->answer = NULL;
	} else if (domain) {
		call->answer = vir.agent_command(domain, call->command, AGENT_SECONDS, 0);
	}
	if (!call->answer) {
		complain(call, "%s", vir.last_error());
		call->later = domain && (vir.last_error_code() == VIR_ERR_OPERATION_INVALID ||
					 vir.last_error_code() == VIR_ERR_AGENT_UNRESPONSIVE);
	}
	if (domain)
		vir.domain_free(domain);
	if (connection)
		vir.close(connection);
}

#else

static void run(struct libvirt_call *call)
{
	complain(call, "gpupmd was built without libvirt's headers");
}

#endif

static void put(struct libvirt_call *call)
{
	bool last;

	pthread_mutex_lock(&call->lock);
	last = !--call->references;
	pthread_mutex_unlock(&call->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&call->lock);
	free(call->domain);
	free(call->command);
	free(call->answer);
	free(call);
}

static void *thread(void *data)
{
	struct libvirt_call *call = data;

	run(call);
	pthread_mutex_lock(&call->lock);
	if (!call->forgotten)
		uv_async_send(&call->ended);
	pthread_mutex_unlock(&call->lock);
	put(call);
	return NULL;
}

static void on_close(uv_handle_t *handle)
{
	put(handle->data);
}

void libvirt_forget(struct libvirt_call *call)
{
	if (!call)
		return;
	pthread_mutex_lock(&call->lock);
	call->forgotten = true;
	pthread_mutex_unlock(&call->lock);
	uv_close((uv_handle_t *)&call->ended, on_close);
}

static void on_ended(uv_async_t *async)
{
	struct libvirt_call *call = async->data;
	struct json_object *answer = NULL;
	libvirt_done *done = call->done;
	char error[ERROR_SIZE];
	bool later = call->later;
	void *data = call->data;

	if (call->answer) {
		answer = json_tokener_parse(call->answer);
		if (!json_object_is_type(answer, json_type_object)) {
			json_object_put(answer);
			answer = NULL;
			complain(call, "libvirt answered something that is no JSON object");
		}
	}
	memcpy(error, call->error, sizeof(error));
	libvirt_forget(call);
	done(data, answer, answer ? NULL : error, later);
	json_object_put(answer);
}

struct libvirt_call *libvirt_call(uv_loop_t *loop, enum libvirt_channel channel,
				  const char *domain, struct json_object *command,
				  libvirt_done *done, void *data)
{
	struct libvirt_call *call = calloc(1, sizeof(*call));
	pthread_attr_t detached;
	pthread_t id;

	if (!call)
		abort();
	call->channel = channel;
	call->domain = strdup(domain);
	call->command = strdup(json_object_to_json_string_ext(command, JSON_C_TO_STRING_PLAIN));
	if (!call->domain || !call->command)
		abort();
	call->done = done;
	call->data = data;
	call->references = 2;
	pthread_mutex_init(&call->lock, NULL);
	uv_async_init(loop, &call->ended, on_ended);
	call->ended.data = call;
	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&id, &detached, thread, call)) {
		complain(call, "there can be no thread more");
		call->references--;
		uv_async_send(&call->ended);
	}
	pthread_attr_destroy(&detached);
	return call;
}
