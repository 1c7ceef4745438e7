// SPDX-License-Identifier: GPL-2.0-only
#include "bind.h"
#include "../bind/plan.h"
#include "../machine/display.h"
#include "../machine/slot.h"
#include "../show/diff.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMANDS	2

struct bound {
	struct record_gpu gpus[RECORD_GPUS + 1];
	size_t n;
};

/* ---- which GPU -------------------------------------------------------------------- */

static int pick(const char *root, struct gpu_list *list, const char *name, struct gpu **gpu)
{
	char how[256];
	size_t n = 0;

	if (!list->n) {
		complain("this machine has no GPU");
		return RESULT_NO_GPU;
	}
	/* Without a name, the one that shows nothing is meant, if there is one such. */
	for (size_t i = 0; i < list->n && !name && list->n > 1; i++) {
		if (display_drives(root, &list->gpus[i], how, sizeof(how)))
			continue;
		*gpu = &list->gpus[i];
		n++;
	}
	return n == 1 ? RESULT_DONE : pick_gpu(&setup_bind, list, name, gpu);
}

static bool is_bound(const struct bound *bound, const char *address)
{
	for (size_t i = 0; i < bound->n; i++)
		if (!strcmp(bound->gpus[i].address, address))
			return true;
	return false;
}

/* Whether vfio-pci, which goes by ids, would take something else as well. */
static int check_alone(const char *root, const struct gpu *gpu)
{
	struct gpu_function function;
	struct dirent **entries;
	char path[PATH_MAX];
	int n, result = RESULT_DONE;

	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices", root);
	n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *address = entries[i]->d_name;

		for (size_t j = 0; j < gpu->n_functions && !result; j++) {
			if (slot_has(gpu, address) || !function_read(root, address, &function) ||
			    function.vendor != gpu->functions[j].vendor ||
			    function.device != gpu->functions[j].device)
				continue;
			complain("%s is the same kind of device as %s (%04x:%04x): vfio-pci would take it, too, for it goes by these ids",
				 address, gpu->functions[j].address, function.vendor,
				 function.device);
			result = RESULT_FAILED;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return result;
}

static int add_gpu(const char *root, const char *name, struct bound *bound, char *what,
		   size_t size)
{
	struct gpu_list list;
	struct gpu *gpu;
	char how[256];
	int result;

	result = slots_read(root, &list) ? RESULT_FAILED : pick(root, &list, name, &gpu);
	if (!result && display_only(root, &list, gpu, how, sizeof(how))) {
		complain("%s drives the only display, which would stay dark: %s", gpu->address,
			 how);
		result = RESULT_FAILED;
	}
	if (!result)
		result = check_alone(root, gpu);
	if (!result && !is_bound(bound, gpu->address) && bound->n == RECORD_GPUS) {
		complain("%d GPUs are bound, and there cannot be more", RECORD_GPUS);
		result = RESULT_FAILED;
	}
	if (!result) {
		struct record_gpu *add = &bound->gpus[bound->n];

		snprintf(what, size, "%s", gpu->address);
		snprintf(add->address, sizeof(add->address), "%s", gpu->address);
		bind_ids(gpu, add->ids);
		bound->n += !is_bound(bound, gpu->address);
	}
	gpu_list_free(&list);
	return result;
}

static int drop_gpu(const char *name, struct bound *bound, char *what, size_t size)
{
	struct gpu gpus[RECORD_GPUS] = {}, *gpu;
	struct gpu_list list = { .gpus = gpus, .n = bound->n };
	int result;

	if (!bound->n) {
		complain("there is nothing to undo: no GPU was bound by 'gpupm bind'");
		return RESULT_FAILED;
	}
	for (size_t i = 0; i < bound->n; i++)
		snprintf(gpus[i].address, sizeof(gpus[i].address), "%s", bound->gpus[i].address);
	result = pick_gpu(&setup_bind, &list, name, &gpu);
	if (result)
		return result;
	snprintf(what, size, "%s", gpu->address);
	bound->gpus[gpu - gpus] = bound->gpus[--bound->n];
	return RESULT_DONE;
}

/* ---- what is done ------------------------------------------------------------------ */

static size_t show(const struct bind_plan *plan)
{
	struct style style;
	size_t n = 0;

	style_detect(&style, stdout);
	for (size_t i = 0; i < plan->n; i++) {
		const struct bind_change *change = &plan->changes[i];

		if (!bind_changes(change))
			continue;
		diff_print(stdout, &style, change->now ? change->path : "/dev/null",
			   change->after ? change->path : "/dev/null", change->now,
			   change->after ?: "");
		n++;
	}
	return n;
}

/* What has to run after the files have changed. */
static size_t commands(const struct bind_plan *plan, const char *const *list[COMMANDS])
{
	size_t n = 0;

	if (plan->initramfs)
		list[n++] = plan->initramfs->command;
	if (plan->boot.grub && plan->boot.command[0])
		list[n++] = plan->boot.command;
	return n;
}

static void print_command(FILE *out, const char *const *argv)
{
	for (size_t i = 0; argv[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", argv[i]);
}

/*
 * What a person has to do, since no program here can. Return: whether there is anything.
 * @made: the programs have run, and have made something of the files.
 */
static bool show_rest(const char *root, const struct bind_plan *plan, bool made)
{
	const char *words = plan->record.words ?: plan->old.words;
	const struct bootloader *boot = &plan->boot;
	bool by_hand = true;
	const char *path;

	if (!plan->initramfs)
		printf("There is no initramfs-tools, dracut or mkinitcpio. If this machine has an initramfs,\n"
		       "make it anew with%s.\n",
		       plan->record.words ? " the module vfio-pci and " BIND_MODPROBE :
					    "out the module vfio-pci");
	if (!boot->grub && !boot->n && !boot->cmdline)
		printf("The boot loader is neither GRUB nor systemd-boot. %s the kernel's command line by hand:\n  %s\n",
		       plan->record.words ? "Add to" : "Take out of", words);
	else if (boot->grub && !boot->command[0])
		puts("There is no update-grub, grub-mkconfig or grub2-mkconfig: make GRUB's configuration anew.");
	else if (!boot->grub && !boot->n)
		puts("Where the kernel is one image with its initramfs and its command line, make that anew,\n"
		     "unless what has run did: kernel-install add-all");
	else if (made && plan->record.words &&
		 bootloader_lacks(root, boot, plan->record.words, &path))
		printf("No kernel in %s gets the words that " BOOTLOADER_GRUB " has for it.\n"
		       "Something sets GRUB_CMDLINE_LINUX_DEFAULT anew, in /etc/default/grub.d perhaps. Add there,\n"
		       "and run %s again:\n  %s\n",
		       path, boot->command[0], words);
	else
		by_hand = false;
	return by_hand || !plan->initramfs;
}

static int run_one(const char *const *argv, int (*run)(const char *const *argv))
{
	fputs("Running ", stdout);
	print_command(stdout, argv);
	putchar('\n');
	fflush(stdout);
	return run(argv);
}

/* What has run has seen files that are gone again. */
static void run_again(const char *root, struct bind_plan *plan, const char *const *const *list,
		      size_t n, int (*run)(const char *const *argv))
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++) {
		if (!run_one(list[i], run))
			continue;
		failed++;
		fputs("gpupm: still to run, once it can: ", stderr);
		print_command(stderr, list[i]);
		fputc('\n', stderr);
	}
	if (!failed || !plan->old.n_gpus)
		return;
	plan->old.pending = true;
	if (record_write(root, &plan->old))
		complain("could not write " RECORD "/state");
}

static int run_all(const char *root, struct bind_plan *plan, int (*run)(const char *const *argv))
{
	const char *const *list[COMMANDS];
	size_t n = commands(plan, list), i;
	int status = 0;

	for (i = 0; i < n && !status; i++)
		status = run_one(list[i], run);
	if (!status)
		return RESULT_DONE;
	if (status < 0)
		complain("could not run %s: %s", list[i - 1][0], strerror(-status));
	else
		complain("%s failed, with %d", list[i - 1][0], status);
	if (bind_revert(root, plan)) {
		complain(BIND_NOT_REVERTED);
		return RESULT_FAILED;
	}
	complain("the files are as they were");
	run_again(root, plan, list, i, run);
	return RESULT_FAILED;
}

static int apply(const char *root, struct bind_plan *plan, int (*run)(const char *const *argv))
{
	int err = bind_apply(root, plan);

	if (err) {
		bool denied = err == -EACCES || err == -EPERM;

		complain("%s%s", plan->why, denied ? "; try it as root" : "");
		return denied ? RESULT_NOT_PERMITTED : RESULT_FAILED;
	}
	return run_all(root, plan, run);
}

/*
 * The programs may have written entries of the boot loader anew, with the command line
 * of the kernel that runs.
 */
static int settle(const char *root, const struct bound *bound)
{
	struct bind_plan again;
	int err = bind_plan(root, bound->gpus, bound->n, &again);

	if (!err)
		err = bind_apply(root, &again);
	if (err)
		complain("%s", again.why);
	bind_plan_free(&again);
	return err ? RESULT_FAILED : RESULT_DONE;
}

static int carry_out(const char *root, const struct bound *bound, struct bind_plan *plan,
		     const char *address, const struct options *options,
		     int (*run)(const char *const *argv))
{
	const char *const *list[COMMANDS];
	size_t n = commands(plan, list);
	bool by_hand;
	int result;

	if (!show(plan) && !plan->old.pending) {
		printf("%s: nothing has to change\n", address);
		show_rest(root, plan, true);
		return RESULT_DONE;
	}
	if (plan->old.pending)
		puts("The last time this came to no end: what makes something of the files runs again.");
	if (options->dry_run) {
		for (size_t i = 0; i < n; i++) {
			fputs("Then to run: ", stdout);
			print_command(stdout, list[i]);
			putchar('\n');
		}
		show_rest(root, plan, false);
		return RESULT_DONE;
	}
	plan->record.pending = true;
	result = apply(root, plan, run);
	if (!result)
		result = settle(root, bound);
	if (result)
		return result;
	if (!plan->record.n_gpus && record_remove(root))
		complain("could not remove " RECORD);
	by_hand = show_rest(root, plan, true);
	printf("%s: %s%s\n", address, by_hand ? "once that is done: " : "", options->undo ?
	       "undone; from the next boot on it is the host's again" :
	       "vfio-pci owns all its functions from the next boot on; 'gpupm bind --undo' takes that back");
	return RESULT_DONE;
}

int bind_gpu(const char *root, const char *name, const struct options *options,
	     int (*run)(const char *const *argv))
{
	struct bind_plan plan;
	struct bound bound = {};
	char address[ADDRESS_SIZE];
	struct record record;
	int result, err;

	err = record_read(root, &record);
	if (err) {
		complain("could not read " RECORD "/state: %s",
			 err == -EBADMSG ? "it is not as gpupm wrote it" : strerror(-err));
		record_free(&record);
		return err == -EACCES ? RESULT_NOT_PERMITTED : RESULT_FAILED;
	}
	memcpy(bound.gpus, record.gpus, sizeof(record.gpus));
	bound.n = record.n_gpus;
	record_free(&record);
	if (options->undo)
		result = drop_gpu(name, &bound, address, sizeof(address));
	else
		result = add_gpu(root, name, &bound, address, sizeof(address));
	if (result)
		return result;
	if (bind_plan(root, bound.gpus, bound.n, &plan)) {
		complain("%s", plan.why);
		result = RESULT_FAILED;
	} else {
		result = carry_out(root, &bound, &plan, address, options, run);
	}
	bind_plan_free(&plan);
	return result;
}

/* ---- the command --------------------------------------------------------------------- */

/* Ctrl-C ends the program, as a failure of it, and not the one that mends what follows. */
static int run_program(const char *const *argv)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, interrupt, quit;
	int status = 0, err;
	pid_t pid;

	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	pid = fork();
	if (!pid) {
		sigaction(SIGINT, &interrupt, NULL);
		sigaction(SIGQUIT, &quit, NULL);
		/* Who became root by "su" may have no sbin in theirs. */
		setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	err = pid < 0 ? -errno : 0;
	while (!err && waitpid(pid, &status, 0) < 0)
		err = errno == EINTR ? 0 : -errno;
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	if (err)
		return err;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int bind_run(int argc, char **argv)
{
	struct options options;
	int result = options_parse(&setup_bind, &argc, &argv, 1, &options);

	if (result >= 0)
		return result;
	return bind_gpu("", argc ? argv[0] : NULL, &options, run_program);
}

const struct command setup_bind = {
	.name = "bind",
	.arguments = "[GPU] [--dry-run] [--undo]",
	.summary = SUMMARY_BIND,
	.help =
	"All functions of the GPU's slot go to vfio-pci: by modprobe.d, by the initramfs\n"
	"(initramfs-tools, dracut, mkinitcpio) and by the kernel's command line (GRUB,\n"
	"systemd-boot). What changes is shown, and takes effect at the next boot. --undo\n"
	"makes each file again what it was. A GPU with the only display is refused.\n",
	.options = OPTION_DRY_RUN | OPTION_UNDO,
	.run = bind_run,
};
