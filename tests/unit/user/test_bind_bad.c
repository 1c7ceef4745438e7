// SPDX-License-Identifier: GPL-2.0-only
/* Binding a GPU when something fails in the middle: what was there is there again. */
#include "bind_fixture.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_program_fails(void **state)
{
	(void)state;
	debian();
	failing = "update-grub";
	failure = 1;
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "update-grub failed, with 1\n");
	assert_says(err, "the files are as they were\n");
	assert_untouched();
	/* The initramfs was made with the files that are no longer there. */
	assert_string_equal(ran, "update-initramfs -u -k all\nupdate-grub\n"
			    "update-initramfs -u -k all\nupdate-grub\n");
	failing = "update-initramfs";
	failure = -ENOENT;
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "could not run update-initramfs: No such file or directory\n");
	assert_untouched();
	/* Nor is what was bound before undone by half. */
	failing = NULL;
	assert_int_equal(bind_it(), RESULT_DONE);
	failing = "update-grub";
	failure = 2;
	assert_int_equal(undo(), RESULT_FAILED);
	assert_file(BIND_MODPROBE, MODPROBE);
	add_function("0000:41:00.0", "0x1002\n", "0x73ff\n", "0x030000\n");
	assert_int_equal(call("41:00", false, false), RESULT_FAILED);
	assert_file(BIND_MODPROBE, MODPROBE);
	failing = NULL;
	assert_int_equal(undo(), RESULT_DONE);
	assert_untouched();
}

/* Killed between the files and what makes something of them. */
static void kill_in(const char *program, bool undo)
{
	int status;
	pid_t pid;

	failing = program;
	killing = true;
	pid = fork();
	if (!pid)
		_exit(call(NULL, false, undo) + 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	failing = NULL;
	killing = false;
	ran[0] = '\0';
}

static void test_killed(void **state)
{
	(void)state;
	debian();
	kill_in("update-initramfs", false);
	assert_file(BIND_MODPROBE, MODPROBE);
	assert_int_equal(call(NULL, true, false), RESULT_DONE);
	assert_says(out, "Then to run: update-initramfs -u -k all\n");
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_says(out, "The last time this came to no end");
	assert_string_equal(ran, "update-initramfs -u -k all\nupdate-grub\n");
	ran[0] = '\0';
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_says(out, "nothing has to change");
	assert_string_equal(ran, "");
	kill_in("update-grub", true);
	assert_file("/etc/default/grub", GRUB);
	assert_int_equal(undo(), RESULT_DONE);
	assert_string_equal(ran, "update-initramfs -u -k all\nupdate-grub\n");
	assert_untouched();
}

/* What cannot be put back is kept, for a person or for another try. */
static void test_not_reverted(void **state)
{
	char path[PATH_MAX];

	(void)state;
	debian();
	failing = "update-grub";
	failure = 1;
	breaking = true;
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "some files could not be put back: what they were is in " RECORD "/before");
	assert_file(RECORD "/before/etc/default/grub", GRUB);
	snprintf(path, sizeof(path), "%s/etc/default/grub", root);
	assert_int_equal(rmdir(path), 0);
	failing = NULL;
	assert_int_equal(undo(), RESULT_DONE);
	assert_file(BIND_MODPROBE, NULL);
	assert_file("/etc/initramfs-tools/modules", "# modules\nloop\n");
	assert_no_record();
}

/* The initramfs that was made without them is not yet made with them again. */
static void test_fails_again(void **state)
{
	(void)state;
	debian();
	assert_int_equal(bind_it(), RESULT_DONE);
	failing = "update-initramfs";
	failure = 1;
	assert_int_equal(undo(), RESULT_FAILED);
	assert_says(err, "still to run, once it can: update-initramfs -u -k all\n");
	failing = NULL;
	ran[0] = '\0';
	assert_int_equal(bind_it(), RESULT_DONE);
	assert_string_equal(ran, "update-initramfs -u -k all\nupdate-grub\n");
	assert_int_equal(undo(), RESULT_DONE);
	assert_untouched();
}

/* A file system that is full in the middle: the last file finds no room. */
static void test_full(void **state)
{
	char path[PATH_MAX], filler[PATH_MAX + 8];
	static char zeros[65536];
	FILE *file;

	(void)state;
	debian();
	snprintf(path, sizeof(path), "%s/etc/default", root);
	if (mount("none", path, "tmpfs", 0, "size=8k")) {
		print_message("no mount here: %s\n", strerror(errno));
		skip();
	}
	root_file(GRUB, "/etc/default/grub");
	snprintf(filler, sizeof(filler), "%s/filler", path);
	file = fopen(filler, "we");
	fwrite(zeros, sizeof(zeros), 1, file);
	fclose(file);
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "could not write /etc/default/grub: No space left on device\n");
	assert_untouched();
	assert_string_equal(ran, "");
	umount(path);
}

/* Somebody else may look at what would change, and change nothing. */
static void test_no_rights(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	debian();
	if (geteuid()) {
		print_message("not root\n");
		skip();
	}
	assert_int_equal(chmod(root, 0755), 0);
	pid = fork();
	if (!pid) {
		if (seteuid(65534) || call(NULL, true, false) || !strstr(out, "+vfio-pci\n"))
			_exit(100);
		status = bind_it();
		_exit(strstr(err, "Permission denied; try it as root") ? status : 101);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), RESULT_NOT_PERMITTED);
	assert_untouched();
}

static void test_odd_files(void **state)
{
	char path[PATH_MAX];
	FILE *file;

	(void)state;
	debian();
	snprintf(path, sizeof(path), "%s/etc/default/grub", root);
	file = fopen(path, "we");
	fwrite("a\0b", 3, 1, file);
	fclose(file);
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "could not read /etc/default/grub: it is no text");
	unlink(path);
	mkdir(path, 0755);
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "/etc/default/grub: Is a directory");
	assert_file(BIND_MODPROBE, NULL);
	root_file("frob\n", RECORD "/state");
	assert_int_equal(bind_it(), RESULT_FAILED);
	assert_says(err, "could not read " RECORD "/state: it is not as gpupm wrote it");
	root_file("gpu 1\n", RECORD "/state");
	assert_int_equal(bind_it(), RESULT_FAILED);
	root_file("file frob /a\n", RECORD "/state");
	assert_int_equal(bind_it(), RESULT_FAILED);
	root_file("file block a\n", RECORD "/state");
	assert_int_equal(bind_it(), RESULT_FAILED);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, bind_setup, capture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_program_fails),
		TEST(test_killed),
		TEST(test_not_reverted),
		TEST(test_fails_again),
		TEST(test_full),
		TEST(test_no_rights),
		TEST(test_odd_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
