// SPDX-License-Identifier: GPL-2.0-only
#include "../machine/confined.h"
#include "../machine/slot.h"
#include "../profile/file.h"
#include "../show/value.h"
#include "vbios.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct rom_id vbios_id(const struct gpu *gpu)
{
	const struct gpu_function *display = gpu_function(gpu, gpu->address);

	return display ? (struct rom_id){ display->vendor, display->device } : (struct rom_id){};
}

/* libvirt's QEMU, or any user of no importance. */
static void warn_closed(const char *file)
{
	struct qemu_user user;
	char closed[PATH_MAX];
	struct stat st;

	if (stat(file, &st) || !S_ISREG(st.st_mode))
		return;
	if (!qemu_user_read("", &user))
		user = (struct qemu_user){ .name = "", .uid = 65534, .gids = { 65534 }, .n = 1 };
	if (!qemu_user_can_read("", &user, file, closed))
		complain("QEMU cannot read %s: %s is closed to its user %s%s; a place such as /usr/share/vgabios is open to it",
			 file, closed, user.name, *user.name ? "" : "unless that is root");
}

int vbios_write(const char *file, const void *data, const struct rom *rom)
{
	int err = file_write(file, (const char *)data + rom->start, rom->length);

	if (err) {
		complain("could not write %s: %s", file, strerror(-err));
		return err == -EACCES ? RESULT_NOT_PERMITTED : RESULT_FAILED;
	}
	warn_closed(file);
	return RESULT_DONE;
}

static int read_file(const char *file, char **data, size_t *size)
{
	int err = file_read(file, VBIOS_FILE_MAX, data, size);

	if (!err)
		return RESULT_DONE;
	complain("could not read %s: %s", file,
		 err == -EFBIG ? "it is larger than 64 MiB, and no ROM is" :
		 err == -EINVAL ? "it is no file" : strerror(-err));
	return err == -EACCES ? RESULT_NOT_PERMITTED : RESULT_FAILED;
}

/* The GPU of @list that the ROM is for, or the first problem. */
static const struct gpu *compare(const void *data, size_t size, const struct gpu_list *list,
				 struct rom *rom)
{
	struct rom_id id;

	for (size_t i = 0; i < list->n; i++) {
		id = vbios_id(&list->gpus[i]);
		if (rom_parse(data, size, &id, rom))
			return &list->gpus[i];
	}
	/* With one GPU it is clear what it should have been. */
	if (list->n != 1)
		rom_parse(data, size, NULL, rom);
	return NULL;
}

/* What is good, and yet of no use as it is. Return: the complaint, or NULL. */
static const char *not_usable(const struct rom *rom, size_t n_gpus, bool matched, char buf[256])
{
	if (rom->problem)
		return rom_explain(rom, buf, 256);
	if (n_gpus && !matched)
		snprintf(buf, 256, "it is for another GPU: for %04x:%04x, and this machine has none",
			 rom->images[0].id.vendor, rom->images[0].id.device);
	else if (rom->start)
		snprintf(buf, 256, "%zu bytes before the ROM keep it from being found; -o FILE writes it without them",
			 rom->start);
	else
		return NULL;
	return buf;
}

static int check(const char *file, const char *data, size_t size, const struct gpu_list *list,
		 const struct options *options)
{
	const struct gpu *gpu;
	const char *wrong;
	struct rom rom;
	char buf[256];

	gpu = compare(data, size, list, &rom);
	wrong = not_usable(&rom, list->n, gpu, buf);
	if (options->output && !rom.problem && (gpu || !list->n)) {
		int result = vbios_write(options->output, data, &rom);

		if (result)
			return result;
		wrong = NULL;
	}
	if (options->json) {
		struct json_object *object = vbios_json(file, &rom, gpu ? gpu->address : NULL);

		if (wrong)
			json_add(object, "message", json_string(wrong));
		if (wrong && !rom.problem)
			json_add(object, "problem",
				 json_string(gpu || !list->n ? "start" :
					     rom_problem_word(ROM_FOREIGN)));
		json_print(stdout, object, false);
	} else if (rom.n || !wrong) {
		vbios_show(file, &rom, gpu ? gpu->address : NULL);
	}
	if (!wrong)
		return RESULT_DONE;
	fflush(stdout);
	complain("%s: %s", file, wrong);
	return RESULT_FAILED;
}

int vbios_check(const char *root, const char *file, const char *name,
		const struct options *options)
{
	struct gpu_list list = {}, one = {};
	struct gpu *gpu;
	int result;
	size_t size;
	char *data;

	if (slots_read(root, &list)) {
		complain("%s", strerror(ENOMEM));
		gpu_list_free(&list);
		return RESULT_FAILED;
	}
	result = name ? pick_gpu(&setup_vbios, &list, name, &gpu) : RESULT_DONE;
	if (!result)
		result = read_file(file, &data, &size);
	if (!result) {
		if (name)
			one = (struct gpu_list){ .gpus = gpu, .n = 1 };
		result = check(file, data, size, name ? &one : &list, options);
		free(data);
	}
	gpu_list_free(&list);
	return result;
}

static int vbios_run(int argc, char **argv)
{
	struct options options;
	int result = options_parse(&setup_vbios, &argc, &argv, 3, &options);

	if (result >= 0)
		return result;
	if (!argc)
		return usage_error(&setup_vbios, "say what to do: dump or check");
	if (!strcmp(argv[0], "check")) {
		if (argc < 2)
			return usage_error(&setup_vbios, "say which file to check");
		return vbios_check("", argv[1], argc == 3 ? argv[2] : NULL, &options);
	}
	if (strcmp(argv[0], "dump"))
		return usage_error(&setup_vbios, "it does not do '%s'; it does dump and check",
				   argv[0]);
	if (argc > 2)
		return usage_error(&setup_vbios, "unexpected argument '%s'", argv[2]);
	if (!options.output)
		return usage_error(&setup_vbios, "say where to write the ROM: -o FILE");
	return vbios_dump("", argc == 2 ? argv[1] : NULL, &options);
}

const struct command setup_vbios = {
	.name = "vbios",
	.arguments = "dump [GPU] -o FILE | check FILE [GPU] [-o FILE] [--json]",
	.summary = SUMMARY_VBIOS,
	.help =
	"dump reads the GPU's own ROM, for which it is woken, or takes the one that the\n"
	"laptop's firmware keeps in ACPI. It is refused while a VM uses the GPU.\n"
	"check says what a file is, and whether it is for a GPU of this machine.\n"
	"With -o only what is ROM is written.\n",
	.options = OPTION_OUTPUT | OPTION_JSON,
	.run = vbios_run,
};
