// SPDX-License-Identifier: GPL-2.0-only
/*
 * The QMP backend against a peer that behaves like a QEMU with the published
 * battery series, against peers that behave badly, and against a real QEMU.
 */
#include "series.h"

#include "guest/qmp.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[108], other_path[108];

static int setup(void **state)
{
	const char *root = root_make();

	(void)state;
	snprintf(path, sizeof(path), "%s/vms/win11.qmp", root);
	snprintf(other_path, sizeof(other_path), "%s/other.qmp", root);
	root_file("", "/vms/x");
	loop_open();
	qmp_open(&loop);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	root_remove();
	return 0;
}

static void open_both(void)
{
	const char *names[] = { "win11", "other" }, *paths[] = { path, other_path };

	qmp_sockets(names, paths, 2);
}

static void open_one(void)
{
	const char *names[] = { "win11" }, *paths[] = { path };

	qmp_sockets(names, paths, 1);
}

static void close_all(void)
{
	qmp_close();
	assert_null(fake_guest);
	loop_close();
}

static void end(struct peer *peer)
{
	qmp_close();
	peer_close(peer);
	loop_close();
}

/* ---- a QEMU that has the devices ----------------------------------------- */

static void test_told(void **state)
{
	struct peer peer;

	(void)state;
	qemu_reset();
	unplug(80);
	peer_open(&peer, path, &series);
	open_one();
	run_until(&qemu.ac_sets, 1);
	assert_int_equal(guests_added, 1);
	assert_string_equal(fake_guest->backend->name, "qmp");
	assert_string_equal(fake_guest->name, "win11");
	assert_ptr_equal(fake_guest->vm, &fake_vm);
	assert_int_equal(fake_vm.pid, getpid());
	assert_int_equal(qemu.sets, 1);
	assert_true(qemu.discharging);
	assert_false(qemu.connected);
	assert_int_equal(qemu.percent, 80);
	assert_int_equal(qemu.rate, 3000);

	/* Plugged in, full, and no battery at all. */
	fake_report.flags = REPORT_PRESENT | REPORT_CHARGING | REPORT_ON_AC;
	guests_told();
	run_until(&qemu.ac_sets, 2);
	assert_true(qemu.charging && qemu.connected);
	fake_report.flags = REPORT_PRESENT | REPORT_ON_AC;
	fake_report.remaining = 50000;
	guests_told();
	run_until(&qemu.sets, 3);
	assert_int_equal(qemu.percent, 100);
	assert_int_equal(qemu.rate, 0);
	fake_report = (struct report){ REPORT_ON_AC, REPORT_UNKNOWN, REPORT_UNKNOWN,
		REPORT_UNKNOWN, REPORT_UNKNOWN, REPORT_UNKNOWN, REPORT_UNKNOWN, REPORT_UNKNOWN };
	guests_told();
	run_until(&qemu.sets, 4);
	assert_false(qemu.present);
	/* The repeat changes nothing, so nothing is sent. */
	guests_told();
	run_a_while();
	assert_int_equal(qemu.sets, 4);
	assert_int_equal(qemu.ac_sets, 2);
	assert_int_equal(qemu.refused, 0);
	assert_int_equal(warnings, 0);

	peer_close(&peer);
	close_all();
	assert_int_equal(guests_removed, 1);
}

static void test_impossible_reports(void **state)
{
	struct peer peer;

	(void)state;
	qemu_reset();
	peer_open(&peer, path, &series);
	open_one();
	run_until(&qemu.ac_sets, 1);
	for (unsigned int flags = 0; flags < 32; flags++) {
		fake_report = (struct report){ flags, 1, 1, 0xFFFFFFFE, 0xFFFFFFFE, 1, 1, 1 };
		guests_told();
		fake_report.remaining = flags % 2;
		guests_told();
		/* Both ends are here: a command takes a few rounds. */
		for (int i = 0; i < 20; i++)
			uv_run(&loop, UV_RUN_NOWAIT);
		assert_int_equal(qemu.connected, !!(flags & REPORT_ON_AC));
	}
	assert_int_equal(qemu.refused, 0);
	assert_int_equal(warnings, 0);
	end(&peer);
}

/* Only the newest report is kept while one is under way. */
static void test_slow(void **state)
{
	struct peer peer;

	(void)state;
	qemu_reset();
	unplug(80);
	peer_open(&peer, path, &series);
	open_one();
	run_until(&qemu.ac_sets, 1);
	qemu.hold = true;
	unplug(70);
	guests_told();
	run_until(&qemu.sets, 2);
	for (int percent = 69; percent >= 20; percent--) {
		unplug(percent);
		guests_told();
	}
	run_a_while();
	assert_int_equal(qemu.sets, 2);
	qemu_release(&peer);
	run_until(&qemu.sets, 3);
	run_a_while();
	assert_int_equal(qemu.sets, 3);
	assert_int_equal(qemu.percent, 20);
	end(&peer);
}

static void test_pretty_and_events(void **state)
{
	struct peer peer;

	(void)state;
	qemu_reset();
	qemu.pretty = true;
	qemu.flood = true;
	unplug(33);
	peer_open(&peer, path, &series);
	open_one();
	run_until(&qemu.ac_sets, 1);
	assert_int_equal(qemu.percent, 33);
	assert_int_equal(warnings, 0);
	end(&peer);
}

static void test_one_device(void **state)
{
	struct peer peer;

	(void)state;
	qemu_reset();
	qemu.has_ac = false;
	unplug(33);
	peer_open(&peer, path, &series);
	open_one();
	run_until(&qemu.sets, 1);
	guests_told();
	run_a_while();
	assert_int_equal(qemu.ac_sets, 0);
	assert_int_equal(warnings, 0);
	end(&peer);
}

/* A set that is refused after all is logged with what was sent. */
static void test_refused(void **state)
{
	struct peer peer;

	(void)state;
	qemu_reset();
	unplug(33);
	peer_open(&peer, path, &series);
	open_one();
	run_until(&qemu.ac_sets, 1);
	qemu.has_battery = false;
	unplug(32);
	guests_told();
	run_until(&warnings, 1);
	assert_true(was_logged("refused"));
	assert_true(was_logged("\"charge-percent\":32"));
	assert_true(was_logged("No battery device found"));
	assert_non_null(fake_guest);
	end(&peer);
}

/* ---- others ---------------------------------------------------------------- */

/* It has the commands and not the devices, or neither. */
static void test_without(void **state)
{
	struct peer peer;

	(void)state;
	for (int commands = 0; commands < 2; commands++) {
		if (commands)
			setup(state);
		qemu_reset();
		qemu.has_commands = commands;
		qemu.has_battery = false;
		qemu.has_ac = false;
		peer_open(&peer, path, &series);
		open_one();
		run_until(&peer.hung_up, 1);
		assert_int_equal(guests_added, 0);
		assert_true(was_logged("has no battery devices"));
		assert_int_equal(vms_seen, 1);
		/* It stays what it is: whatever happens, nobody asks again. */
		vm_starts();
		root_file("", "/vms/noise");
		open_one();
		run_a_while();
		assert_int_equal(peer.connections, 1);

		/* Another process has them. */
		peer_close(&peer);
		qemu_reset();
		peer_open(&peer, path, &series);
		run_until(&guests_added, 1);
		qmp_close();
		peer_close(&peer);
		loop_close();
		if (!commands)
			teardown(state);
	}
}

/* One whose socket is older than its process, as a manager of VMs can have it. */
static void test_same_socket(void **state)
{
	int listens[2];
	struct peer peer;
	uv_os_fd_t fd;
	pid_t pid;
	char byte;

	(void)state;
	qemu_reset();
	qemu.has_commands = false;
	peer_open(&peer, path, &series);
	/* To the kernel, whoever listens is the peer. */
	assert_int_equal(uv_fileno((uv_handle_t *)&peer.server, &fd), 0);
	assert_int_equal(pipe(listens), 0);
	pid = fork();
	if (!pid)
		_exit(listen(fd, 4) || write(listens[1], "", 1) != 1 || pause());
	assert_int_equal(read(listens[0], &byte, 1), 1);
	close(listens[0]);
	close(listens[1]);
	open_one();
	run_until(&peer.hung_up, 1);
	assert_int_equal(fake_vm.pid, pid);
	vm_starts();
	run_a_while();
	assert_int_equal(peer.connections, 1);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	qemu.has_commands = true;
	vm_starts();
	run_until(&guests_added, 1);
	end(&peer);
}

static void expect_useless(const struct peer_script *script, const char *why)
{
	struct peer peer;

	peer_open(&peer, path, script);
	open_one();
	run_until(&peer.hung_up, 1);
	assert_int_equal(guests_added, 0);
	assert_int_equal(warnings, 1);
	if (!was_logged(why))
		fail_msg("not '%s' but %s", why, logged);
	vm_starts();
	run_a_while();
	assert_int_equal(peer.connections, 1);
	end(&peer);
}

static void greet_agent(struct peer *peer)
{
	peer_say(peer, "{'return': {}}");
}

static void greet_human(struct peer *peer)
{
	peer_say(peer, "QEMU 7.2.22 monitor - type 'help' for more information\r\n(qemu) ");
}

static void greet_endless(struct peer *peer)
{
	static char zeros[200000];

	memset(zeros, '0', sizeof(zeros));
	peer_send(peer, "{\"QMP\": \"", 9);
	peer_send(peer, zeros, sizeof(zeros));
}

static void greet_deep(struct peer *peer)
{
	char deep[1000];

	memset(deep, '[', sizeof(deep));
	peer_send(peer, "{\"QMP\": ", 8);
	peer_send(peer, deep, sizeof(deep));
}

static void greet_no_utf8(struct peer *peer)
{
	peer_say(peer, "{'QMP': '\xff\xfe'}");
}

static void greet_nothing(struct peer *peer)
{
	peer_send(peer, "\0\0\0", 3);
}

static void test_wrong_greetings(void **state)
{
	static const struct {
		struct peer_script script;
		const char *why;
	} cases[] = {
		{ { greet_agent, NULL }, "is no QMP monitor: give the path" },
		{ { greet_human, NULL }, "no JSON object" },
		{ { greet_endless, NULL }, "more than 65536 bytes" },
		{ { greet_deep, NULL }, "broken JSON (nesting too deep)" },
		{ { greet_no_utf8, NULL }, "broken JSON (invalid utf-8 string)" },
		{ { greet_nothing, NULL }, "no JSON object" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (i) {
			teardown(state);
			setup(state);
		}
		expect_useless(&cases[i].script, cases[i].why);
	}
}

/* A monitor that says nothing at all holds nobody else up. */
static void test_half_open(void **state)
{
	static const struct peer_script silent;
	struct peer peer, other;

	(void)state;
	qemu_reset();
	peer_open(&other, other_path, &silent);
	peer_open(&peer, path, &series);
	open_both();
	run_until(&qemu.ac_sets, 1);
	run_until(&other.connections, 1);
	unplug(40);
	guests_told();
	run_until(&qemu.ac_sets, 2);
	qmp_close();
	peer_close(&peer);
	peer_close(&other);
	loop_close();
}

/* ---- coming and going ------------------------------------------------------ */

static void test_dies(void **state)
{
	struct peer peer;

	(void)state;
	qemu_reset();
	unplug(80);
	peer_open(&peer, path, &series);
	open_one();
	run_until(&qemu.ac_sets, 1);
	/* In the middle of a command, with another report waiting. */
	qemu.hold = true;
	unplug(70);
	guests_told();
	run_until(&qemu.sets, 2);
	unplug(60);
	guests_told();
	peer_close(&peer);
	run_until(&guests_removed, 1);
	assert_null(fake_guest);

	qemu_reset();
	peer_open(&peer, path, &series);
	run_until(&qemu.ac_sets, 1);
	assert_int_equal(qemu.percent, 60);
	assert_int_equal(guests_added, 2);
	end(&peer);
}

static void test_vm_ends(void **state)
{
	struct peer peer;

	(void)state;
	qemu_reset();
	peer_open(&peer, path, &series);
	open_one();
	run_until(&guests_added, 1);
	vm_ends();
	assert_null(fake_guest);
	run_until(&guests_added, 2);
	end(&peer);
}

/* No directory at first; then one that is made anew. */
static void test_directory_comes(void **state)
{
	char directory[120], aside[130];
	struct peer peer;

	(void)state;
	qemu_reset();
	snprintf(directory, sizeof(directory), "%s", path);
	*strrchr(directory, '/') = '\0';
	snprintf(aside, sizeof(aside), "%s.aside", directory);
	assert_int_equal(rename(directory, aside), 0);
	open_one();
	run_a_while();
	root_file("", "/vms/x");
	run_a_while();
	peer_open(&peer, path, &series);
	run_until(&guests_added, 1);
	peer_close(&peer);
	run_until(&guests_removed, 1);

	unlink(path);
	root_file("", "/vms/x");
	snprintf(aside, sizeof(aside), "%s.again", directory);
	assert_int_equal(rename(directory, aside), 0);
	root_file("", "/vms/x");
	run_a_while();
	peer_open(&peer, path, &series);
	run_until(&guests_added, 2);

	/* With the socket in it. */
	snprintf(aside, sizeof(aside), "%s.prepared", directory);
	assert_int_equal(rename(directory, aside), 0);
	peer_drop(&peer);
	run_until(&guests_removed, 2);
	run_a_while();
	assert_int_equal(rename(aside, directory), 0);
	run_until(&guests_added, 3);
	end(&peer);
}

static void test_configuration(void **state)
{
	struct peer peer, other;

	(void)state;
	qemu_reset();
	peer_open(&peer, path, &series);
	open_one();
	run_until(&guests_added, 1);
	/* The same again: nothing happens to the one that is there. */
	open_both();
	run_a_while();
	assert_int_equal(peer.connections, 1);
	assert_int_equal(guests_removed, 0);
	qmp_sockets(NULL, NULL, 0);
	assert_int_equal(guests_removed, 1);
	run_until(&peer.hung_up, 1);
	peer_open(&other, other_path, &series);
	run_a_while();
	assert_int_equal(other.connections, 0);
	peer_close(&other);
	peer_close(&peer);
	close_all();
}

static void test_long_path(void **state)
{
	char name[200], real[400];
	const char *names[] = { "win11" }, *paths[] = { real };

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	root_file("", "/vms/%s", name);
	snprintf(real, sizeof(real), "%s", path);
	strcpy(strrchr(real, '/') + 1, name);
	qmp_sockets(names, paths, 1);
	run_until(&warnings, 1);
	assert_true(was_logged("name too long"));
	close_all();
}

/* ---- a real QEMU ------------------------------------------------------------- */

static void test_stock_qemu(void **state)
{
	char qmp[160];
	pid_t pid;
	int status;

	(void)state;
	snprintf(qmp, sizeof(qmp), "unix:%s,server=on,wait=off", path);
	open_one();
	pid = fork();
	if (!pid) {
		execlp("qemu-system-x86_64", "qemu-system-x86_64", "-S", "-machine", "none",
		       "-display", "none", "-nodefaults", "-qmp", qmp, NULL);
		_exit(127);
	}
	run_until(&vms_seen, 1);
	for (int i = 0; i < 600 && !was_logged("has no battery devices"); i++)
		run_a_while();
	assert_true(was_logged("has no battery devices"));
	assert_int_equal(fake_vm.pid, pid);
	assert_int_equal(guests_added, 0);
	assert_int_equal(warnings, 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	close_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_impossible_reports, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pretty_and_events, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_device, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_without, setup, teardown),
		cmocka_unit_test_setup_teardown(test_same_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_greetings, setup, teardown),
		cmocka_unit_test_setup_teardown(test_half_open, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_vm_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_directory_comes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_configuration, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_path, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stock_qemu, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
