// SPDX-License-Identifier: GPL-2.0-only
#include "module.h"

#include <linux/gpupm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static bool line_is_module(const char *line)
{
	const char *colon = strchr(line, ':');
	const char *name = line;

	if (!colon)
		return false;
	for (const char *c = line; c < colon; c++)
		if (*c == '/')
			name = c + 1;
	return !strncmp(name, "gpupm.ko", strlen("gpupm.ko"));
}

bool module_installed(const char *root, const char *release)
{
	char *line = NULL, path[512];
	size_t size = 0;
	bool found = false;
	FILE *dep;

	snprintf(path, sizeof(path), "%s/lib/modules/%s/modules.dep", root, release);
	dep = fopen(path, "re");
	if (!dep)
		return false;
	while (!found && getline(&line, &size, dep) > 0)
		found = line_is_module(line);
	free(line);
	fclose(dep);
	return found;
}

void module_missing(const char *root, char *text, size_t size)
{
	struct utsname kernel;
	char path[512];

	uname(&kernel);
	snprintf(path, sizeof(path), "%s/sys/module/gpupm", root);
	if (!access(path, F_OK))
		snprintf(text, size,
			 "module gpupm is loaded but cannot be reached from this network namespace: run gpupm outside the container");
	else if (module_installed(root, kernel.release))
		snprintf(text, size, "module gpupm is not loaded: sudo modprobe gpupm");
	else
		snprintf(text, size,
			 "module gpupm is not loaded, and not installed for kernel %s: run 'sudo make install' in gpupm's source, then 'sudo modprobe gpupm'",
			 kernel.release);
}

bool module_fits(__u32 version, char *text, size_t size)
{
	const char *advice = "install the gpupm that came with the module";

	if (version == GPUPM_FAMILY_VERSION)
		return true;
	if (version < GPUPM_FAMILY_VERSION)
		advice = "install the newer module, then modprobe -r gpupm && modprobe gpupm";
	snprintf(text, size, "the module speaks version %u, this gpupm speaks version %d: %s",
		 version, GPUPM_FAMILY_VERSION, advice);
	return false;
}
