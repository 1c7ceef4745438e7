// SPDX-License-Identifier: GPL-2.0-only
/* "gpupm vm enable", "disable", "show" and "list": what they do. */
#include "vm_fixture.h"

#include "vm/backup.h"

#include <libvirt/libvirt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void test_all(void **state)
{
	char *original = strdup(fake.domains[0].xml), *enabled;

	(void)state;
	assert_int_equal(enable_all(), RESULT_DONE);
	assert_string_equal(err, "");
	assert_says(out, "VM win11: enabled: gpu, power, mmio64, firmware, disguise, agent, pinning");
	assert_says(out, "left out: rom: no file is named");
	assert_says(out, "its XML until now: ");
	assert_valid(fake.domains[0].xml);
	assert_golden((enabled = normal(fake.domains[0].xml)), "vm-enabled.xml");
	free(enabled);

	/* Once more is nothing more. */
	enabled = strdup(fake.domains[0].xml);
	fake.defined = 0;
	assert_int_equal(enable_all(), RESULT_DONE);
	assert_says(out, "already as it should be: gpu, power, mmio64, firmware, disguise, agent, pinning");
	assert_int_equal(fake.defined, 0);
	assert_string_equal(fake.domains[0].xml, enabled);
	free(enabled);

	assert_int_equal(disable_all(), RESULT_DONE);
	assert_says(out, "disabled: pinning, agent, disguise, firmware, mmio64, power, gpu");
	assert_xml(fake.domains[0].xml, original);
	assert_int_equal(disable_all(), RESULT_DONE);
	assert_says(out, "nothing to disable");
	free(original);
}

/* Each by itself, and taken back by itself. */
static void test_each(void **state)
{
	char *original = strdup(fake.domains[0].xml);

	(void)state;
	put_rom("/rom", 0x25a2);
	wish.rom = "/rom";
	for (size_t i = 0; features[i]; i++) {
		const char *name = features[i]->name;
		bool is_rom = !strcmp(name, "rom");

		assert_int_equal(enable((char *)name, is_rom ? "gpu" : NULL), RESULT_DONE);
		assert_valid(fake.domains[0].xml);
		assert_true(strcmp(fake.domains[0].xml, original));
		assert_int_equal(run(SHOW, "win11", NULL, true, NULL), RESULT_DONE);
		assert_int_equal(disable((char *)name, is_rom ? "gpu" : NULL), RESULT_DONE);
		assert_xml(fake.domains[0].xml, original);
	}
	/* In any order. */
	assert_int_equal(enable("agent"), RESULT_DONE);
	assert_int_equal(enable("rom", "gpu"), RESULT_DONE);
	assert_int_equal(enable_all(), RESULT_DONE);
	for (size_t i = 0; features[i]; i++)
		assert_int_equal(disable((char *)features[i]->name), RESULT_DONE);
	assert_xml(fake.domains[0].xml, original);
	free(original);
}

static void test_dry_run(void **state)
{
	char *original = strdup(fake.domains[0].xml), path[128];

	(void)state;
	assert_int_equal(run(ENABLE, "win11", NULL, true, NAMES("gpu", "agent", "firmware")),
			 RESULT_DONE);
	assert_golden(out, "vm-dry-run.diff");
	assert_string_equal(fake.domains[0].xml, original);
	assert_int_equal(fake.defined, 0);
	snprintf(path, sizeof(path), "%s" BACKUPS, vm_root);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(run(DISABLE, "win11", NULL, true, EVERY), RESULT_DONE);
	assert_says(out, "nothing to disable");
	free(original);
}

#define BY_HAND	\
	"<hostdev mode='subsystem' type='pci' managed='no'>" \
	"<source><address domain='0x0000' bus='0x01' slot='0x00' function='0x1'/></source>" \
	"<address type='pci' domain='0x0000' bus='0x09' slot='0x00' function='0x0'/></hostdev>"

#define BY_HAND_SYSINFO	\
	"<sysinfo type='smbios'><system><entry name='manufacturer'>Me</entry></system></sysinfo>"

static void test_by_hand(void **state)
{
	char *original;

	(void)state;
	/* One function is there, alone: the other joins it, and it becomes the second. */
	put_text("<memballoon", BY_HAND);
	put_text("</features>", "<kvm><hidden state='off'/><poll-control state='on'/></kvm>");
	put_text("<smm", "<vmport state='off'/>");
	put_text("</hyperv>", "<vendor_id state='on' value='mine'/>");
	put_text("<os>", "<cputune><vcpupin vcpu='0' cpuset='9'/></cputune>");
	put_text("</domain>", BY_HAND_SYSINFO);
	original = strdup(fake.domains[0].xml);
	assert_int_equal(enable_all(), RESULT_DONE);
	assert_valid(fake.domains[0].xml);
	assert_true(has("//hostdev[@managed='no' and address[@bus='0x09' and @function='0x1']]"));
	assert_true(has("//hostdev[@managed='yes']/address[@bus='0x09' and @function='0x0']"));
	assert_true(has("//hostdev[@managed='yes']/address[@multifunction='on']"));
	assert_true(has("//hidden[@state='on']"));
	assert_true(has("//vendor_id[@value='mine']"));
	assert_true(has("//entry[@name='manufacturer' and .='Me']"));
	assert_true(has("//entry[@name='product' and contains(., '<15>')]"));
	assert_false(has("//vcpupin[@vcpu='1']"));
	assert_int_equal(run(SHOW, "win11", NULL, false, NULL), RESULT_DONE);
	assert_says(out, "pinned by hand");

	/* The owner goes on: what is new stays, and what was changed is not changed back. */
	free(fake.domains[0].xml);
	fake.domains[0].xml = strdup(original);
	assert_int_equal(enable_all(), RESULT_DONE);
	put_text("</system>", "<entry name='family'>mine</entry>");
	put_text("<memballoon", "<watchdog model='itco' action='reset'/>");
	char *state_on = strstr(fake.domains[0].xml, "<hidden state=\"on\"");

	assert_non_null(state_on);
	memcpy(state_on, "<hidden state=\"un\"", 18);
	assert_int_equal(disable_all(), RESULT_DONE);
	assert_says(out, "disguise: state of /domain/features/kvm/hidden was changed to 'un' since, and stays");
	assert_true(has("//watchdog"));
	assert_true(has("//hidden[@state='un']"));
	assert_true(has("//entry[@name='family' and .='mine']"));
	assert_false(has("//entry[@name='product']"));
	assert_false(has("//metadata/*[local-name()='setup']"));
	free(original);
}

#define ADDED	\
	"<controller type=\"virtio-serial\" index=\"0\"/>" \
	"<controller type=\"pci\" index=\"7\" model=\"pcie-root-port\"/>"

#define USED	\
	"<video><model type='none'/>" \
	"<address type='pci' domain='0x0000' bus='0x07' slot='0x00' function='0x0'/></video>"

static void test_libvirt_adds(void **state)
{
	char *original = strdup(fake.domains[0].xml);

	(void)state;
	fake.adds = ADDED;
	assert_int_equal(enable("agent"), RESULT_DONE);
	assert_true(has("//controller[@type='virtio-serial']"));
	/* The owner uses one of them. */
	put_text("<memballoon", USED);
	assert_int_equal(disable("agent"), RESULT_DONE);
	assert_false(has("//controller[@type='virtio-serial']"));
	assert_true(has("//controller[@type='pci' and @index='7']"));
	assert_false(has("//metadata/*[local-name()='setup']"));

	free(fake.domains[0].xml);
	fake.domains[0].xml = strdup(original);
	assert_int_equal(enable("agent", "power"), RESULT_DONE);
	assert_int_equal(disable("power"), RESULT_DONE);
	assert_int_equal(disable("agent"), RESULT_DONE);
	assert_xml(fake.domains[0].xml, original);
	free(original);
}

static void test_pc(void **state)
{
	char *original;

	(void)state;
	free(fake.domains[0].name);
	free(fake.domains[0].xml);
	fake.n = 0;
	fake_add("old", "pc.xml");
	original = strdup(fake.domains[0].xml);
	assert_int_equal(run(ENABLE, "old", NULL, false, EVERY), RESULT_DONE);
	assert_says(out, "enabled: gpu, power, mmio64, agent, pinning");
	assert_says(out, "already as it should be: firmware");
	assert_says(out, "left out: disguise: the VM does without KVM");
	assert_true(has("//hostdev/address[@bus='0x00' and @slot='0x04' and @function='0x1']"));
	assert_true(has("//pcihole64[.='134217728']"));
	assert_valid(fake.domains[0].xml);
	assert_int_equal(run(DISABLE, "old", NULL, false, EVERY), RESULT_DONE);
	assert_xml(fake.domains[0].xml, original);
	free(original);
}

/* The machine, or the VM, is not what it was. */
static void test_grown(void **state)
{
	char *original = strdup(fake.domains[0].xml), *vcpus;

	(void)state;
	assert_int_equal(enable("mmio64", "pinning"), RESULT_DONE);
	assert_true(has("//pcihole64[.='134217728']"));
	assert_true(has("//*[@value='name=opt/ovmf/X-PciMmio64Mb,string=131072']"));
	root_file("0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200\n"
		  "0x0000000800000000 0x00000027ffffffff 0x000000000014220c\n"
		  "0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n0x0 0x0 0x0\n",
		  "/sys/bus/pci/devices/0000:01:00.0/resource");
	vcpus = strstr(fake.domains[0].xml, ">4</vcpu>");
	vcpus[1] = '6';
	assert_int_equal(run(SHOW, "win11", NULL, false, NULL), RESULT_DONE);
	assert_says(out, "mmio64    partly");
	assert_says(out, "pinning   partly");
	assert_int_equal(enable("mmio64", "pinning"), RESULT_DONE);
	assert_says(out, "enabled: mmio64, pinning");
	assert_true(has("//pcihole64[.='268435456']"));
	assert_true(has("//*[@value='name=opt/ovmf/X-PciMmio64Mb,string=262144']"));
	assert_false(has("//*[@value='name=opt/ovmf/X-PciMmio64Mb,string=131072']"));
	assert_true(has("//vcpupin[@vcpu='5' and @cpuset='5']"));
	assert_true(has("//emulatorpin[@cpuset='6-11']"));
	assert_int_equal(disable_all(), RESULT_DONE);
	vcpus = strstr(fake.domains[0].xml, ">6</vcpu>");
	vcpus[1] = '4';
	assert_xml(fake.domains[0].xml, original);
	free(original);
}

static void test_running(void **state)
{
	(void)state;
	assert_int_equal(enable("agent"), RESULT_DONE);
	assert_null(strstr(out, "takes effect"));
	fake.domains[0].state = VIR_DOMAIN_RUNNING;
	assert_int_equal(disable("agent"), RESULT_DONE);
	assert_says(out, "VM win11 runs: this takes effect when it has been shut down and is started again");
}

static void test_libvirt_refuses(void **state)
{
	char *original = strdup(fake.domains[0].xml);

	(void)state;
	fake.refuses = true;
	assert_int_equal(enable("agent"), RESULT_FAILED);
	assert_says(err, "libvirt does not take the new XML of VM win11: unsupported configuration: no?[31m");
	assert_string_equal(fake.domains[0].xml, original);
	/* It takes it, but leaves something out. */
	fake.refuses = false;
	fake.forgets = "<hidden state=\"on\"/>";
	assert_int_equal(enable("disguise", "agent"), RESULT_FAILED);
	assert_says(err, "made something else of disguise;");
	assert_int_equal(run(SHOW, "win11", NULL, false, NULL), RESULT_DONE);
	assert_says(out, "partly");
	assert_int_equal(disable_all(), RESULT_DONE);
	assert_xml(fake.domains[0].xml, original);
	free(original);
}

static void test_show(void **state)
{
	(void)state;
	assert_int_equal(enable("agent", "gpu"), RESULT_DONE);
	assert_int_equal(run(SHOW, "win11", NULL, false, NULL), RESULT_DONE);
	assert_golden(out, "vm-show.txt");
	assert_int_equal(run(SHOW, "win11", NULL, true, NULL), RESULT_DONE);
	assert_golden(out, "vm-show.json");
	fake_add("old", "pc.xml")->state = VIR_DOMAIN_RUNNING;
	assert_int_equal(run(LIST, NULL, NULL, false, NULL), RESULT_DONE);
	assert_golden(out, "vm-list.txt");
	assert_int_equal(run(LIST, NULL, NULL, true, NULL), RESULT_DONE);
	assert_golden(out, "vm-list.json");
}

/* libvirt writes XML as we print it: what is shown as different is different. */
static void test_print(void **state)
{
	char *printed = normal(fake.domains[0].xml);

	(void)state;
	assert_string_equal(printed, fake.domains[0].xml);
	free(printed);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, vm_setup, vm_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all),
		TEST(test_each),
		TEST(test_dry_run),
		TEST(test_by_hand),
		TEST(test_libvirt_adds),
		TEST(test_pc),
		TEST(test_grown),
		TEST(test_running),
		TEST(test_libvirt_refuses),
		TEST(test_show),
		TEST(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
