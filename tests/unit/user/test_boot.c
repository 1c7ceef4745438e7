// SPDX-License-Identifier: GPL-2.0-only
/* What a machine boots with: its kernel's command line and modprobe's configuration. */
#include "unit.h"

#include "machine/cmdline.h"
#include "machine/modprobe.h"

#include <string.h>

static void value_is(const char *line, const char *name, const char *expected)
{
	char value[64];

	assert_true(cmdline_get(line, name, value, sizeof(value)));
	assert_string_equal(value, expected);
}

static void test_cmdline(void **state)
{
	char line[CMDLINE_SIZE], value[64], tiny[4];

	(void)state;
	assert_false(cmdline_read(test_root, line));
	assert_string_equal(line, "");
	assert_false(cmdline_get(line, "quiet", value, sizeof(value)));
	root_file("BOOT_IMAGE=/vmlinuz root=UUID=1 quiet  iommu=soft vfio_pci.ids=10de:25a2,10de:2291 opt=\"a b=c\" \"whole=x y\" iommu=pt\n",
		  "/proc/cmdline");
	assert_true(cmdline_read(test_root, line));
	value_is(line, "quiet", "");
	value_is(line, "root", "UUID=1");
	/* The last counts. */
	value_is(line, "iommu", "pt");
	value_is(line, "vfio-pci.ids", "10de:25a2,10de:2291");
	value_is(line, "opt", "a b=c");
	value_is(line, "whole", "x y");
	assert_true(cmdline_get(line, "vfio-pci.ids", tiny, sizeof(tiny)));
	assert_string_equal(tiny, "10d");
	/* Part of a name, or of a value. */
	assert_false(cmdline_get(line, "iomm", value, sizeof(value)));
	assert_false(cmdline_get(line, "ids", value, sizeof(value)));
	assert_false(cmdline_get(line, "b", value, sizeof(value)));
}

static void test_cmdline_lists(void **state)
{
	const char *line =
		"module_blacklist=nouveau,nvidia-drm modprobe.blacklist=a modprobe.blacklist=c e=";

	(void)state;
	assert_true(cmdline_lists(line, "module_blacklist", "nouveau"));
	assert_true(cmdline_lists(line, "module-blacklist", "nvidia_drm"));
	assert_false(cmdline_lists(line, "module_blacklist", "nvidia"));
	/* Each of these counts. */
	assert_true(cmdline_lists(line, "modprobe.blacklist", "a"));
	assert_true(cmdline_lists(line, "modprobe.blacklist", "c"));
	assert_true(cmdline_lists("intel_iommu=on,sm_on", "intel_iommu", "sm_on"));
	assert_false(cmdline_lists(line, "e", "x"));
	assert_false(cmdline_lists("", "e", "x"));
	assert_false(cmdline_lists("\"", "e", "x"));
	assert_false(cmdline_lists("e=\"", "e", "x"));
}

static void test_modprobe(void **state)
{
	const struct modprobe_line *line;
	struct modprobe modprobe;
	char value[64];

	(void)state;
	assert_int_equal(modprobe_read(test_root, &modprobe), 0);
	assert_int_equal(modprobe.n, 0);
	assert_null(modprobe_option(&modprobe, "vfio-pci", "ids", value, sizeof(value)));
	modprobe_free(&modprobe);

	root_file("# options vfio-pci ids=1:1\n"
		  "\n"
		  "  options   vfio_pci\tdisable_vga=1 \\\n"
		  "     ids=10de:25a2,10de:2291\n"
		  "softdep nouveau pre: vfio-pci post: other\n"
		  "softdep snd_hda_intel pre: snd post: vfio_pci\n"
		  "blacklist nouveau-gsp\n"
		  "install nvidia /bin/false\n"
		  "install nvidia_drm /sbin/modprobe --ignore-install nvidia_drm\n"
		  "install amdgpu :\n"
		  "install radeon /usr/bin/true nothing\n"
		  "blacklist\n"
		  "options vfio-pci disable-idle-d3", "/etc/modprobe.d/vfio.conf");
	root_file("blacklist no\n", "/etc/modprobe.d/vfio.conf.dpkg-old");
	root_file("blacklist no\n", "/etc/modprobe.d/.hidden.conf");
	/* Overridden by that of the administrator. */
	root_file("blacklist no\n", "/usr/lib/modprobe.d/vfio.conf");
	root_file("options vfio-pci ids=8086:1\n", "/lib/modprobe.d/aaa.conf");
	assert_int_equal(modprobe_read(test_root, &modprobe), 0);
	assert_int_equal(modprobe.n, 11);

	line = modprobe_option(&modprobe, "vfio-pci", "ids", value, sizeof(value));
	assert_non_null(line);
	assert_string_equal(value, "10de:25a2,10de:2291");
	assert_string_equal(line->file, "/etc/modprobe.d/vfio.conf");
	assert_int_equal(line->line, 3);
	line = modprobe_option(&modprobe, "vfio_pci", "disable_idle_d3", value, sizeof(value));
	assert_int_equal(line->line, 13);
	assert_string_equal(value, "");
	assert_null(modprobe_option(&modprobe, "vfio", "ids", value, sizeof(value)));
	assert_null(modprobe_option(&modprobe, "vfio-pci", "id", value, sizeof(value)));

	assert_int_equal(modprobe_waits(&modprobe, "nouveau", "vfio_pci")->line, 5);
	assert_null(modprobe_waits(&modprobe, "nouveau", "other"));
	assert_null(modprobe_waits(&modprobe, "snd-hda-intel", "vfio-pci"));
	assert_null(modprobe_waits(&modprobe, "i915", "vfio-pci"));

	assert_int_equal(modprobe_bars(&modprobe, "nouveau_gsp")->line, 7);
	assert_int_equal(modprobe_bars(&modprobe, "nvidia")->line, 8);
	assert_int_equal(modprobe_bars(&modprobe, "amdgpu")->line, 10);
	assert_int_equal(modprobe_bars(&modprobe, "radeon")->line, 11);
	assert_null(modprobe_bars(&modprobe, "nvidia_drm"));
	assert_null(modprobe_bars(&modprobe, "nouveau"));
	assert_null(modprobe_bars(&modprobe, "no"));
	modprobe_free(&modprobe);
}

/* A line that goes on where the file ends, and a directory with the name of a file. */
static void test_modprobe_odd(void **state)
{
	struct modprobe modprobe;

	(void)state;
	root_file("blacklist a\\\n", "/etc/modprobe.d/a.conf");
	root_file("", "/etc/modprobe.d/b.conf/c");
	root_file("\\\n\\\n", "/run/modprobe.d/c.conf");
	assert_int_equal(modprobe_read(test_root, &modprobe), 0);
	assert_int_equal(modprobe.n, 1);
	assert_non_null(modprobe_bars(&modprobe, "a"));
	modprobe_free(&modprobe);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, root_setup, root_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cmdline),
		TEST(test_cmdline_lists),
		TEST(test_modprobe),
		TEST(test_modprobe_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
