// SPDX-License-Identifier: GPL-2.0-only
/* Commands through a guest agent that is scripted, and one that is not nice. */
#include "backend.h"

#include "guest/agent.h"
#include "guest/libvirt_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char path[108];

static int setup(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/agent", root_make());
	loop_open();
	agents_open(&loop);
	agents_limit(30000);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	root_remove();
	return 0;
}

/* ---- a guest agent --------------------------------------------------------- */

static struct {
	/* What was there before us, sent at once. */
	const char *before;
	/* Syncs that are passed over, as by an agent that starts late. */
	bool deaf;
	const char *exec_error;
	/* How often "exited" is false, and what comes then. */
	int running;
	const char *exit;
	char exec[1024];
	int execs, asked;
} agent;

static void agent_greet(struct peer *peer)
{
	if (agent.before)
		peer_send(peer, agent.before, strlen(agent.before));
}

static void agent_line(struct peer *peer, const char *line)
{
	struct json_object *command, *args;
	const char *name;

	if ((unsigned char)line[0] == 0xff)
		line++;
	command = json_tokener_parse(line);
	assert_true(json_object_is_type(command, json_type_object));
	name = json_object_get_string(json_object_object_get(command, "execute"));
	args = json_object_object_get(command, "arguments");
	if (!strcmp(name, "guest-sync-delimited")) {
		if (!agent.deaf) {
			peer_send(peer, "\xff", 1);
			peer_say(peer, "{'return': %lld}", (long long)
				 json_object_get_int64(json_object_object_get(args, "id")));
		}
	} else if (!strcmp(name, "guest-exec")) {
		agent.execs++;
		snprintf(agent.exec, sizeof(agent.exec), "%s",
			 json_object_to_json_string_ext(args, JSON_C_TO_STRING_PLAIN));
		if (agent.exec_error)
			peer_say(peer, "{'error': {'class': 'GenericError', 'desc': '%s'}}",
				 agent.exec_error);
		else
			peer_say(peer, "{'return': {'pid': 77}}");
	} else if (!strcmp(name, "guest-network-get-interfaces")) {
		assert_null(args);
		if (agent.exec_error)
			peer_say(peer, "{'error': {'class': 'CommandNotFound', 'desc': '%s'}}",
				 agent.exec_error);
		else
			peer_say(peer, "{'return': [{'name': 'lo'}]}");
	} else if (!strcmp(name, "guest-exec-status")) {
		assert_int_equal(json_object_get_int(json_object_object_get(args, "pid")), 77);
		if (agent.asked++ < agent.running)
			peer_say(peer, "{'return': {'exited': false}}");
		else
			peer_say(peer, "{'return': {'exited': true%s}}", agent.exit);
	} else {
		fail_msg("an unknown command: %s", line);
	}
	json_object_put(command);
}

static const struct peer_script script = { agent_greet, agent_line };

/* ---- one command ------------------------------------------------------------- */

static int ended;
static char error[1024];

static void on_done(void *data, const char *why)
{
	assert_ptr_equal(data, &ended);
	ended++;
	snprintf(error, sizeof(error), "%s", why ?: "");
}

static const char * const argv[] = { "C:\\power.exe", "/profile", "battery \"x\"", NULL };

static void begin(void)
{
	ended = 0;
	strcpy(error, "never");
	agent_run(&fake_vm, path, argv, on_done, &ended);
	assert_int_equal(ended, 0);
}

static void reset_agent(void)
{
	memset(&agent, 0, sizeof(agent));
	agent.exit = ", 'exitcode': 0";
}

static void assert_run(const char *want)
{
	struct peer peer;

	peer_open(&peer, path, &script);
	begin();
	run_until(&ended, 1);
	if (!strstr(error, want) || (!*want && *error))
		fail_msg("not '%s' but '%s'", want, error);
	run_until(&peer.hung_up, 1);
	assert_int_equal(ended, 1);
	peer_close(&peer);
}

static void test_good(void **state)
{
	(void)state;
	reset_agent();
	assert_run("");
	assert_string_equal(agent.exec, "{\"path\":\"C:\\\\power.exe\",\"arg\":[\"\\/profile\",\"battery \\\"x\\\"\"],\"capture-output\":true}");
	reset_agent();
	agent.running = 3;
	assert_run("");
	assert_int_equal(agent.asked, 4);
	loop_close();
}

static void test_bad_ends(void **state)
{
	(void)state;
	reset_agent();
	agent.exit = ", 'exitcode': 3, 'err-data': 'bm8gc3VjaCBwbGFuCg=='";
	assert_run("'C:\\power.exe' exited with 3 in the guest: no such plan");
	agent.exit = ", 'exitcode': 1, 'err-data': 'YQpiG1tt'";
	assert_run("exited with 1 in the guest: a b?[m");
	agent.exit = ", 'exitcode': 1, 'err-data': 'broken!'";
	assert_run("exited with 1 in the guest");
	agent.exit = ", 'exitcode': 1, 'err-data': ['x']";
	assert_run("exited with 1 in the guest");
	agent.exit = ", 'signal': 11";
	assert_run("ended in the guest by signal 11");
	agent.exit = "";
	assert_run("ended in the guest by signal 0");
	reset_agent();
	agent.exec_error = "Guest agent command failed, error was Failed to execute";
	assert_run("refused to run 'C:\\power.exe': Guest agent command failed");
	loop_close();
}

static void on_answer(void *data, struct json_object *answer, const char *why)
{
	assert_true(!answer != !why);
	on_done(data, answer ? json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN) :
			why);
}

static struct agent_call *ask(void)
{
	ended = 0;
	return agent_ask(&fake_vm, path, "guest-network-get-interfaces", on_answer, &ended);
}

static void test_questions(void **state)
{
	struct peer peer;

	(void)state;
	reset_agent();
	peer_open(&peer, path, &script);
	ask();
	assert_int_equal(ended, 0);
	run_until(&ended, 1);
	assert_string_equal(error, "[{\"name\":\"lo\"}]");
	agent.exec_error = "not known";
	ask();
	run_until(&ended, 1);
	assert_string_equal(error, "the guest agent refused 'guest-network-get-interfaces': not known");
	/* Nobody wants to know any more. */
	agent_forget(ask());
	agent_forget(NULL);
	assert_int_equal(ended, 0);
	ask();
	vm_ends();
	assert_int_equal(ended, 1);
	assert_string_equal(error, "the VM ended");
	peer_close(&peer);
	ask();
	run_until(&ended, 1);
	assert_non_null(strstr(error, "cannot connect to the guest agent"));
	loop_close();
}

/* What is on the channel from before is no answer to us. */
static void test_old_answers(void **state)
{
	(void)state;
	reset_agent();
	agent.before = "rubbish } { \"return\": 5}\r\n{\"return\": {\"pid\": 1";
	assert_run("");
	agent.before = "\xff{\"return\": 1}\n{\"error\": {\"desc\": \"JSON parse error\"}}\n";
	assert_run("");
	loop_close();
}

static void test_no_answer(void **state)
{
	struct peer peer;

	(void)state;
	reset_agent();
	agent.deaf = true;
	agents_limit(200);
	assert_run("has not answered for");
	assert_int_equal(agent.execs, 0);
	reset_agent();
	agent.running = 1000;
	assert_run("still runs in the guest after");

	begin();
	run_until(&ended, 1);
	assert_non_null(strstr(error, "cannot connect to the guest agent at "));
	assert_non_null(strstr(error, path));

	/* A channel with nobody in the guest, and a VM that ends. */
	agents_limit(30000);
	agent.deaf = true;
	peer_open(&peer, path, &script);
	begin();
	run_until(&peer.lines, 1);
	vm_ends();
	assert_int_equal(ended, 1);
	assert_string_equal(error, "the VM ended");
	run_until(&peer.hung_up, 1);

	/* And one that hangs up. */
	begin();
	run_until(&peer.lines, 2);
	peer_drop(&peer);
	run_until(&ended, 1);
	assert_non_null(strstr(error, "it closed the connection"));

	/* Nobody is told at the end. */
	begin();
	run_until(&peer.lines, 3);
	agents_close();
	peer_close(&peer);
	assert_int_equal(ended, 0);
	loop_close();
}

static void greet_flood(struct peer *peer)
{
	static char zeros[3 << 20];

	memset(zeros, '0', sizeof(zeros));
	peer_send(peer, "\xff{\"return\": \"", 13);
	peer_send(peer, zeros, sizeof(zeros));
}

static void test_flood(void **state)
{
	static const struct peer_script flood = { greet_flood, NULL };
	struct peer peer;

	(void)state;
	peer_open(&peer, path, &flood);
	begin();
	run_until(&ended, 1);
	assert_non_null(strstr(error, "more than 1048576 bytes"));
	peer_close(&peer);
	loop_close();
}

/* ---- through libvirt ----------------------------------------------------------- */

/* NULL for an error; an empty one for an error that passes. */
static const char *libvirt_answers[5];
/* Calls so far, and how many of them come before the guest is up. */
static int libvirt_calls, libvirt_starting;

/* The real one is opaque to all but itself. */
struct libvirt_call {
	uv_async_t soon;
	libvirt_done *done;
	void *data;
};

static void on_call_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_soon(uv_async_t *async)
{
	const char *text = libvirt_answers[libvirt_calls++];
	struct json_object *answer = text ? json_tokener_parse(text) : NULL;
	struct libvirt_call *call = async->data;

	uv_close((uv_handle_t *)async, on_call_closed);
	call->done(call->data, answer, answer ? NULL : "no domain", text && !*text);
	json_object_put(answer);
}

struct libvirt_call *libvirt_call(uv_loop_t *where, enum libvirt_channel channel,
				  const char *domain, struct json_object *command,
				  libvirt_done *done, void *data)
{
	struct libvirt_call *call = calloc(1, sizeof(*call));

	assert_int_equal(channel, LIBVIRT_AGENT);
	assert_string_equal(domain, "win11");
	assert_string_equal(json_object_get_string(json_object_object_get(command, "execute")),
			    libvirt_calls > libvirt_starting ? "guest-exec-status" : "guest-exec");
	call->done = done;
	call->data = data;
	uv_async_init(where, &call->soon, on_soon);
	call->soon.data = call;
	uv_async_send(&call->soon);
	return call;
}

void libvirt_forget(struct libvirt_call *call)
{
	assert_null(call);
}

static void assert_libvirt(const char *want)
{
	ended = 0;
	libvirt_calls = 0;
	agent_run(&fake_vm, NULL, argv, on_done, &ended);
	run_until(&ended, 1);
	assert_string_equal(error, want);
}

static void test_libvirt(void **state)
{
	(void)state;
	strcpy(fake_vm.name, "win11");
	libvirt_starting = 2;
	libvirt_answers[0] = "";
	libvirt_answers[1] = "";
	libvirt_answers[2] = "{\"return\": {\"pid\": 5}}";
	libvirt_answers[3] = "{\"return\": {\"exited\": false}}";
	libvirt_answers[4] = "{\"return\": {\"exited\": true, \"exitcode\": 9}}";
	assert_libvirt("'C:\\power.exe' exited with 9 in the guest");
	agents_limit(20);
	assert_libvirt("libvirt cannot reach the guest agent: no domain");
	agents_limit(30000);
	libvirt_answers[0] = NULL;
	assert_libvirt("libvirt cannot reach the guest agent: no domain");
	loop_close();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_good, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_questions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_old_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flood, setup, teardown),
		cmocka_unit_test_setup_teardown(test_libvirt, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
