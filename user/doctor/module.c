// SPDX-License-Identifier: GPL-2.0-only
/* The module: whether it is there, for every kernel, and whether the kernel takes it. */
#include "../client/module.h"
#include "../client/sysfs.h"
#include "../machine/initramfs.h"
#include "../profile/file.h"
#include "host.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECURE_BOOT	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define ENROLLED	"/sys/firmware/efi/mok-variables/MokListRT"
#define ENROLLED_VAR	"/sys/firmware/efi/efivars/MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23"
/* Certificates and lists of them are a few KiB each. */
#define FILE_MAX	(1 << 20)

static char *read_bytes(const char *root, const char *name, size_t *n)
{
	char path[PATH_MAX], *bytes;

	snprintf(path, sizeof(path), "%s%s", root, name);
	return file_read(path, FILE_MAX, &bytes, n) ? NULL : bytes;
}

static bool is_loaded(const struct host *host)
{
	return sysfs_exists(host->root, "/sys/module/gpupm");
}

static void check_loaded(const struct host *host, struct checks *checks)
{
	if (is_loaded(host)) {
		check_add(checks, "loaded", NULL, CHECK_OK, "there is /sys/module/gpupm");
		return;
	}
	check_add(checks, "loaded", NULL, CHECK_FAILURE, "there is no /sys/module/gpupm");
	check_fix(checks, "%ssudo modprobe gpupm", module_installed(host->root, host->release) ?
		  "" : "sudo make install in gpupm's source, then ");
}

static void check_version(const struct host *host, struct checks *checks)
{
	char version[64];

	if (!is_loaded(host))
		return;
	if (!sysfs_read(version, sizeof(version), host->root, "/sys/module/gpupm/version")) {
		check_add(checks, "version", NULL, CHECK_CANNOT_TELL,
			  "/sys/module/gpupm/version cannot be read");
		check_fix(checks, "compare: modinfo -F version gpupm; gpupm --version");
	} else if (strcmp(version, GPUPM_VERSION)) {
		check_add(checks, "version", NULL, CHECK_FAILURE,
			  "the module is of version %s, the tool of %s", version, GPUPM_VERSION);
		check_fix(checks,
			  "sudo make install in the newer one's source, then sudo modprobe -r gpupm && sudo modprobe gpupm");
	} else {
		check_add(checks, "version", NULL, CHECK_OK, "module and tool are both of version %s",
			  version);
	}
}

/* What DKMS has of the module for a kernel. */
static bool dkms_built(const char *root, const char *release)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	bool built = false;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/var/lib/dkms/gpupm/" GPUPM_VERSION "/%s", root, release);
	dir = opendir(path);
	while (!built && dir && (entry = readdir(dir)))
		built = entry->d_name[0] != '.' &&
			sysfs_exists(root, "/var/lib/dkms/gpupm/" GPUPM_VERSION "/%s/%s/module",
				     release, entry->d_name);
	if (dir)
		closedir(dir);
	return built;
}

/* DKMS builds from what it was given, which may be another version, or nothing. */
static void fix_kernel(const struct host *host, const char *release, bool force,
		       struct checks *checks)
{
	char headers[128] = "";

	if (!sysfs_exists(host->root, "/lib/modules/%s/build/Makefile", release))
		snprintf(headers, sizeof(headers), program_exists(host->root, "apt-get") ?
			 "sudo apt-get install linux-headers-%s, then " :
			 "install the headers of kernel %s, then ", release);
	if (sysfs_exists(host->root, "/var/lib/dkms/gpupm/" GPUPM_VERSION))
		check_fix(checks, "%ssudo dkms install %sgpupm/" GPUPM_VERSION " -k %s", headers,
			  force ? "--force " : "", release);
	else
		check_fix(checks, "%ssudo make dkms KVER=%s in the source of gpupm " GPUPM_VERSION,
			  headers, release);
}

static void check_kernel(const struct host *host, const char *release, struct checks *checks)
{
	bool runs = !strcmp(release, host->release), built = dkms_built(host->root, release);

	if (!module_installed(host->root, release)) {
		check_add(checks, "dkms", release, runs ? CHECK_FAILURE : CHECK_WARNING,
			  "the module is %s for %s: no gpupm.ko in /lib/modules/%s/modules.dep",
			  built ? "built by DKMS, but not installed" : "not installed",
			  runs ? "the kernel that runs" : "this kernel", release);
		fix_kernel(host, release, false, checks);
	} else if (!built && sysfs_exists(host->root, "/var/lib/dkms/gpupm")) {
		check_add(checks, "dkms", release, CHECK_WARNING,
			  "there is a module for this kernel, but DKMS did not build it from version "
			  GPUPM_VERSION);
		fix_kernel(host, release, true, checks);
	} else {
		check_add(checks, "dkms", release, CHECK_OK, "the module is installed%s%s",
			  built ? " by DKMS" : "", runs ? " for the kernel that runs" : "");
	}
}

static void check_kernels(const struct host *host, struct checks *checks)
{
	struct dirent **entries;
	char path[PATH_MAX];
	size_t seen = 0;
	int n;

	snprintf(path, sizeof(path), "%s/lib/modules", host->root);
	n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		/* Directories without a kernel stay behind when one is removed. */
		if (entries[i]->d_name[0] != '.' &&
		    sysfs_exists(host->root, "/lib/modules/%s/modules.dep", entries[i]->d_name)) {
			check_kernel(host, entries[i]->d_name, checks);
			seen++;
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	if (seen)
		return;
	check_add(checks, "dkms", NULL, CHECK_CANNOT_TELL,
		  "there is no kernel with modules in /lib/modules");
	check_fix(checks, "run gpupm where the kernel's modules can be seen");
}

enum enrolment {
	NOT_KNOWN,
	NO_KEY,
	NOT_ENROLLED,
	ENROLLED_KEY,
};

/* A list of certificates has those that were enrolled as they are. */
static enum enrolment enrolment_of(const char *root, const char **key)
{
	static const char * const keys[] = {
		"/var/lib/dkms/mok.pub", "/var/lib/shim-signed/mok/MOK.der",
	};
	enum enrolment enrolment = NO_KEY;
	char *list;
	size_t n = 0;

	list = read_bytes(root, ENROLLED, &n);
	if (!list)
		list = read_bytes(root, ENROLLED_VAR, &n);
	for (size_t i = 0; i < 2 && enrolment != ENROLLED_KEY; i++) {
		size_t size = 0;
		char *bytes = read_bytes(root, keys[i], &size);

		if (bytes && size && enrolment == NO_KEY) {
			*key = keys[i];
			enrolment = list ? NOT_ENROLLED : NOT_KNOWN;
		}
		if (bytes && size && list && memmem(list, n, bytes, size)) {
			*key = keys[i];
			enrolment = ENROLLED_KEY;
		}
		free(bytes);
	}
	free(list);
	return enrolment;
}

static void check_signature(const struct host *host, struct checks *checks)
{
	const char *key = NULL;
	char taint[16];

	if (is_loaded(host)) {
		sysfs_read(taint, sizeof(taint), host->root, "/sys/module/gpupm/taint");
		check_add(checks, "secure-boot", NULL, CHECK_OK,
			  "Secure Boot is on, and the kernel took the module%s",
			  strchr(taint, 'E') ? ", though it is not signed" : "");
		return;
	}
	switch (enrolment_of(host->root, &key)) {
	case ENROLLED_KEY:
		check_add(checks, "secure-boot", NULL, CHECK_OK,
			  "Secure Boot is on, and the key that DKMS signs with is enrolled (%s)",
			  key);
		return;
	case NOT_ENROLLED:
		check_add(checks, "secure-boot", NULL, CHECK_FAILURE,
			  "Secure Boot is on, and the key that DKMS signs with is not enrolled (%s)",
			  key);
		check_fix(checks,
			  "sudo mokutil --import %s, reboot, and confirm there with the password you chose",
			  key);
		return;
	case NO_KEY:
		check_add(checks, "secure-boot", NULL, CHECK_FAILURE,
			  "Secure Boot is on, and there is no key that DKMS could sign with");
		check_fix(checks,
			  "sudo dkms generate_mok, sudo dkms install --force gpupm/%s, then sudo mokutil --import /var/lib/dkms/mok.pub, reboot, and confirm there with the password you chose",
			  GPUPM_VERSION);
		return;
	default:
		check_add(checks, "secure-boot", NULL, CHECK_CANNOT_TELL,
			  "Secure Boot is on, and the list of keys that are enrolled cannot be read");
		check_fix(checks, "sudo mokutil --test-key %s", key);
	}
}

/* Four bytes of attributes, and one. */
static void check_secure_boot(const struct host *host, struct checks *checks)
{
	char *bytes;
	size_t n = 0;

	if (!sysfs_exists(host->root, "/sys/firmware/efi")) {
		check_add(checks, "secure-boot", NULL, CHECK_OK,
			  "the machine did not boot by UEFI, so there is no Secure Boot");
		return;
	}
	bytes = read_bytes(host->root, SECURE_BOOT, &n);
	if (bytes && n == 5 && bytes[4] == 1) {
		check_signature(host, checks);
	} else if (bytes && n == 5) {
		check_add(checks, "secure-boot", NULL, CHECK_OK, "Secure Boot is off");
	} else {
		check_add(checks, "secure-boot", NULL, CHECK_CANNOT_TELL, "%s cannot be read",
			  SECURE_BOOT);
		check_fix(checks, "mokutil --sb-state");
	}
	free(bytes);
}

void doctor_module(const struct host *host, struct checks *checks)
{
	checks->group = "module";
	check_loaded(host, checks);
	check_version(host, checks);
	check_kernels(host, checks);
	check_secure_boot(host, checks);
}
