// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ROM can be read only in D0, and while nobody else uses the GPU: on many cards the
 * ROM BAR shares its address decoder with the others.
 */
#include "../client/process.h"
#include "../client/sysfs.h"
#include "../machine/rom_source.h"
#include "../machine/slot.h"
#include "../show/text.h"
#include "../show/value.h"
#include "signals.h"
#include "vbios.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/**
 * struct awake - what keeps a GPU in D0 while its ROM is read
 * @root: directory that stands for /
 * @gpu: the GPU, as sysfs has it
 * @has_bar: there is a ROM BAR to read; else there is no need to wake it
 * @client: the connection that holds it; NULL when the module does not know the GPU
 * @opens: how often it had been opened
 * @control: power/control of the display function as it was, when there is no module
 *	to hold it; else empty
 */
struct awake {
	const char *root;
	const struct gpu *gpu;
	bool has_bar;
	struct client *client;
	__u64 opens;
	char control[16];
};

static int in_use(const struct gpu *gpu, const struct gpu_user *user)
{
	struct style style;
	char comm[64];

	style_detect(&style, stderr);
	text_clean(&style, comm, sizeof(comm), user->comm);
	if (user->pid)
		complain("%s is in use by %s (pid %u): its ROM cannot be read before that ends",
			 gpu->address, comm, user->pid);
	else
		complain("%s is in use: its ROM cannot be read before that ends", gpu->address);
	return RESULT_FAILED;
}

/* pci-stub is a driver whose only purpose is to do nothing. */
static bool hosts_own(const struct gpu_function *function)
{
	return function->driver[0] && !function_is_vfio(function) &&
	       strcmp(function->driver, "pci-stub");
}

static int set_control(const struct awake *awake, const char *value)
{
	char path[PATH_MAX];
	FILE *file;
	int err;

	snprintf(path, sizeof(path), "%s/sys/bus/pci/devices/%s/power/control", awake->root,
		 awake->gpu->address);
	file = fopen(path, "we");
	if (!file)
		return -errno;
	err = fputs(value, file) < 0 ? -errno : 0;
	return fclose(file) && !err ? -errno : err;
}

/* Without the module's help: nothing but the kernel's own switch. */
static int wake_alone(struct awake *awake)
{
	const struct gpu *gpu = awake->gpu;
	struct gpu_user user = {};
	int err;

	for (size_t i = 0; i < gpu->n_functions; i++) {
		err = process_find_opener(awake->root, gpu->functions[i].address, &user);
		if (err == 1)
			return in_use(gpu, &user);
		if (err == -EACCES) {
			complain("only root can see whether %s is in use", gpu->address);
			return RESULT_NOT_PERMITTED;
		}
	}
	if (!awake->has_bar ||
	    !sysfs_read(awake->control, sizeof(awake->control), awake->root,
			"/sys/bus/pci/devices/%s/power/control", gpu->address) ||
	    !strcmp(awake->control, "on")) {
		awake->control[0] = '\0';
		return RESULT_DONE;
	}
	err = set_control(awake, "on");
	if (!err)
		return RESULT_DONE;
	awake->control[0] = '\0';
	complain("could not wake %s: %s", gpu->address, strerror(-err));
	return err == -EACCES ? RESULT_NOT_PERMITTED : RESULT_FAILED;
}

/* Return: -1 when the module does not know the GPU, or the exit code. */
static int look(struct awake *awake, struct gpu *gpu)
{
	int err = client_gpu(awake->client, awake->gpu->address, gpu);

	if (err == -ENODEV)
		return -1;
	if (err)
		return client_failed(awake->client, err);
	if (gpu->state != GPUPM_STATE_IN_USE)
		return RESULT_DONE;
	process_find_user(awake->root, gpu);
	return in_use(awake->gpu, &gpu->user);
}

static int hold(struct awake *awake)
{
	struct gpu gpu = {};
	int result = look(awake, &gpu), err;

	awake->opens = gpu.opens;
	if (!result && awake->has_bar) {
		err = client_hold(awake->client, awake->gpu->address);
		if (err)
			result = client_failed(awake->client, err);
	}
	gpu_free(&gpu);
	return result;
}

static int wake(struct awake *awake)
{
	const struct gpu *gpu = awake->gpu;
	const struct gpu_function *display = gpu_function(gpu, gpu->address);
	int err, result;

	if (hosts_own(display)) {
		complain("%s is in use by the host's driver %s: its ROM can be read when vfio-pci has it, or no driver ('gpupm bind %s', and start the machine again)",
			 gpu->address, display->driver, gpu->address);
		return RESULT_FAILED;
	}
	err = client_open(&awake->client);
	result = err == -EPROTONOSUPPORT ? -1 :
		 err ? client_failed(awake->client, err) : hold(awake);
	if (result >= 0)
		return result;
	client_close(awake->client);
	awake->client = NULL;
	return wake_alone(awake);
}

/* Whether the GPU was left alone meanwhile, and let it sleep. */
static int let_sleep(struct awake *awake)
{
	struct gpu_user user = {};
	struct gpu gpu = {};
	int result = RESULT_DONE;

	if (awake->client) {
		result = look(awake, &gpu);
		if (!result && gpu.opens != awake->opens)
			result = in_use(awake->gpu, &gpu.user);
		if (result < 0) {
			complain("the module let go of %s in the middle", awake->gpu->address);
			result = RESULT_FAILED;
		}
		gpu_free(&gpu);
	} else if (process_find_opener(awake->root, awake->gpu->address, &user) == 1) {
		result = in_use(awake->gpu, &user);
	}
	client_close(awake->client);
	if (awake->control[0] && set_control(awake, awake->control))
		complain("could not set power/control of %s back to %s", awake->gpu->address,
			 awake->control);
	return result;
}

/*
 * Of the GPU that firmware booted with the kernel shows what firmware has copied to
 * memory: that which a BIOS needs, and not always as it was.
 */
static const char *is_copy(const struct awake *awake, const struct rom_source *source)
{
	char booted[8];

	return source == rom_sources &&
	       sysfs_read(booted, sizeof(booted), awake->root,
			  "/sys/bus/pci/devices/%s/boot_vga", awake->gpu->address) &&
	       !strcmp(booted, "1") ?
	       " (firmware booted with this GPU, and so it is firmware's own copy that was read)" :
	       "";
}

/* Return: the source of a good ROM; NULL, and @why has a line for each, without one. */
static const struct rom_source *find(const struct awake *awake, struct rom_bytes *bytes,
				     struct rom *rom, FILE *why)
{
	const struct rom_source *source;
	struct rom_id id = vbios_id(awake->gpu);
	char buf[256];

	for (source = rom_sources; source->name; source++) {
		*bytes = (struct rom_bytes){};
		if (source->read(awake->root, gpu_function(awake->gpu, awake->gpu->address), bytes))
			fprintf(why, "  %s: %s\n", source->name, bytes->why);
		else if (!rom_parse(bytes->data, bytes->size, &id, rom))
			fprintf(why, "  %s: %s%s\n", source->name,
				rom_explain(rom, buf, sizeof(buf)), is_copy(awake, source));
		else
			return source;
		free(bytes->data);
	}
	bytes->data = NULL;
	return NULL;
}

static void show(const struct rom_source *source, const char *file, const struct rom *rom,
		 const struct gpu *gpu, bool json)
{
	struct json_object *object;

	if (json) {
		object = vbios_json(file, rom, gpu->address);
		json_add(object, "source", json_string(source->word));
		json_print(stdout, object, false);
	} else {
		vbios_show(file, rom, gpu->address);
		printf("  from the %s\n", source->name);
	}
}

/* Return: the exit code; without a ROM @source is NULL, and @why has the reasons. */
static int read_rom(struct awake *awake, const struct rom_source **source, struct rom_bytes *bytes,
		    struct rom *rom, char **why)
{
	size_t size;
	FILE *lines;
	int result = wake(awake);

	if (result) {
		client_close(awake->client);
		return result;
	}
	lines = open_memstream(why, &size);
	if (lines) {
		*source = find(awake, bytes, rom, lines);
		fclose(lines);
	}
	return let_sleep(awake);
}

static int dump(const char *root, const struct gpu *gpu, const struct options *options)
{
	struct awake awake = {
		.root = root, .gpu = gpu,
		.has_bar = sysfs_exists(root, "/sys/bus/pci/devices/%s/rom", gpu->address),
	};
	const struct rom_source *source = NULL;
	struct rom_bytes bytes = {};
	char *why = NULL;
	struct rom rom;
	int signals, result;

	/* ^C waits until the GPU sleeps again. */
	signals = signals_open();
	result = read_rom(&awake, &source, &bytes, &rom, &why);
	close(signals);
	signals_restore();
	if (!result && !source) {
		complain("there is no ROM of %s to be had:", gpu->address);
		fputs(why ? why : "  out of memory\n", stderr);
		result = RESULT_FAILED;
	}
	if (!result)
		result = vbios_write(options->output, bytes.data, &rom);
	if (!result)
		show(source, options->output, &rom, gpu, options->json);
	free(bytes.data);
	free(why);
	return result;
}

/* Without a name: the one that is for VMs, if that is clear. */
static int pick(struct gpu_list *list, const char *name, struct gpu **gpu)
{
	size_t n = 0;

	*gpu = NULL;
	if (!list->n) {
		complain("this machine has no GPU");
		return RESULT_NO_GPU;
	}
	for (size_t i = 0; i < list->n && !name; i++) {
		if (!slot_all_vfio(&list->gpus[i]))
			continue;
		*gpu = &list->gpus[i];
		n++;
	}
	return n == 1 ? RESULT_DONE : pick_gpu(&setup_vbios, list, name, gpu);
}

int vbios_dump(const char *root, const char *name, const struct options *options)
{
	struct gpu_list list = {};
	struct gpu *gpu;
	int result;

	if (slots_read(root, &list)) {
		complain("%s", strerror(ENOMEM));
		result = RESULT_FAILED;
	} else {
		result = pick(&list, name, &gpu);
		if (!result)
			result = dump(root, gpu, options);
	}
	gpu_list_free(&list);
	return result;
}
