// SPDX-License-Identifier: GPL-2.0-only
/* "gpupm vm", on VMs of a libvirt that is a stand-in, for a machine that is a directory. */
#include "unit.h"

#include "cmd/cmd.h"
#include "domains.h"
#include "vm/backup.h"
#include "vm/change.h"
#include "vm/show.h"
#include "vm/stop.h"
#include "vm/xml.h"

#include <dirent.h>
#include <libvirt/libvirt.h>
#include <libxml/relaxng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PCI	"/sys/bus/pci/devices/"
#define ROOT_PORT	"/sys/devices/pci0000:00/0000:00:01.0/"
#define SCHEMA	"/usr/share/libvirt/schemas/domain.rng"

static const char *root;
static struct wish wish;
static char *out, *err;
static size_t n_out, n_err;

/* ---- the machine ----------------------------------------------------------------- */

static void function(const char *address, const char *device, const char *class, const char *bars)
{
	char target[128];

	root_file("0x10de\n", ROOT_PORT "%s/vendor", address);
	root_file(device, ROOT_PORT "%s/device", address);
	root_file(class, ROOT_PORT "%s/class", address);
	root_file(bars, ROOT_PORT "%s/resource", address);
	snprintf(target, sizeof(target), "../../../devices/pci0000:00/0000:00:01.0/%s", address);
	root_link(target, PCI "%s", address);
}

/* A laptop with a GPU of two functions, and 12 CPUs of two kinds. */
static void laptop(void)
{
	char *json;

	function("0000:01:00.0", "0x25a2\n", "0x030000\n",
		 "0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200\n"
		 "0x0000000800000000 0x0000000fffffffff 0x000000000014220c\n"
		 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		 "0x0000001000000000 0x0000001001ffffff 0x000000000014220c\n"
		 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n");
	function("0000:01:00.1", "0x2291\n", "0x040300\n",
		 "0x00000000f7000000 0x00000000f7003fff 0x0000000000040200\n"
		 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n");
	root_file("0-11\n", "/sys/devices/system/cpu/online");
	root_file("0-7\n", "/sys/devices/cpu_core/cpus");
	root_file("8-11\n", "/sys/devices/cpu_atom/cpus");
	for (int cpu = 0; cpu < 8; cpu++) {
		char pair[32];

		snprintf(pair, sizeof(pair), "%d-%d\n", cpu & ~1, cpu | 1);
		root_file(pair, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
	}
	root_file("processor : 0\nvendor_id\t: GenuineIntel\n", "/proc/cpuinfo");
	root_file("Star & Sons\n", "/sys/class/dmi/id/sys_vendor");
	root_file("Book \"Pro\" <15>  ", "/sys/class/dmi/id/product_name");
	root_file("1.2\n", "/sys/class/dmi/id/bios_version");
	root_file("04/01/2024\n", "/sys/class/dmi/id/bios_date");
	root_file("SN-1\n", "/sys/class/dmi/id/product_serial");
	root_file("", "/usr/share/OVMF/OVMF_CODE_4M.fd");
	root_file("", "/usr/share/OVMF/OVMF_VARS_4M.fd");
	json = fake_file("40-secure.json");
	root_file(json, "/usr/share/qemu/firmware/40-secure.json");
	free(json);
	json = fake_file("60-plain.json");
	root_file(json, "/usr/share/qemu/firmware/60-plain.json");
	free(json);
}

/* A good ROM for the GPU. */
static void put_rom(const char *path, unsigned int device)
{
	unsigned char rom[512] = { 0x55, 0xaa, 1 };
	unsigned char sum = 0;
	char whole[256];
	FILE *file;

	rom[0x18] = 0x20;
	memcpy(rom + 0x20, "PCIR", 4);
	rom[0x24] = 0xde;
	rom[0x25] = 0x10;
	rom[0x26] = device & 0xff;
	rom[0x27] = device >> 8;
	rom[0x2a] = 0x18;
	rom[0x2f] = 3;
	rom[0x30] = 1;
	rom[0x35] = 0x80;
	for (size_t i = 0; i < sizeof(rom); i++)
		sum += rom[i];
	rom[511] = -sum;
	root_file("", "%s", path);
	snprintf(whole, sizeof(whole), "%s%s", root, path);
	file = fopen(whole, "w");
	assert_true(file && fwrite(rom, sizeof(rom), 1, file) && !fclose(file));
}

static int setup(void **state)
{
	(void)state;
	root = root_make();
	laptop();
	wish = (struct wish){
		.root = root,
		.table = "/var/lib/gpupm/power.aml",
		.socket = "/run/gpupm/guest.sock",
	};
	fake_add("win11", "q35.xml");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_clear();
	root_remove();
	free(out);
	free(err);
	out = NULL;
	err = NULL;
	return 0;
}

/* ---- what is done ---------------------------------------------------------------- */

enum what { ENABLE, DISABLE, SHOW, LIST, STOP, STOP_ALL };

static int run(enum what what, const char *vm, const char *gpu, bool option, char **names)
{
	const struct change_request request = {
		.vm = vm, .features = names, .gpu = gpu, .dry_run = option,
	};
	FILE *real_stdout = stdout, *real_stderr = stderr;
	virConnectPtr connection;
	int result = -1;

	free(out);
	free(err);
	stdout = open_memstream(&out, &n_out);
	stderr = open_memstream(&err, &n_err);
	assert_true(stdout && stderr);
	connection = virConnectOpen("qemu:///system");
	if (what == ENABLE)
		result = vm_enable(connection, &request, &wish);
	else if (what == DISABLE)
		result = vm_disable(connection, &request, &wish);
	else if (what == SHOW)
		result = vm_show(connection, vm, gpu, &wish, option);
	else if (what == LIST)
		result = vm_list(connection, &wish, option);
	else if (what == STOP)
		result = vm_stop(connection, vm, 30);
	else
		result = vm_stop_all(connection, 30);
	virConnectClose(connection);
	fclose(stdout);
	fclose(stderr);
	stdout = real_stdout;
	stderr = real_stderr;
	return result;
}

#define EVERY		((char *[]){ NULL })
#define NAMES(...)	((char *[]){ __VA_ARGS__, NULL })
#define enable(...)	run(ENABLE, "win11", NULL, false, NAMES(__VA_ARGS__))
#define disable(...)	run(DISABLE, "win11", NULL, false, NAMES(__VA_ARGS__))
#define enable_all()	run(ENABLE, "win11", NULL, false, EVERY)
#define disable_all()	run(DISABLE, "win11", NULL, false, EVERY)

static void assert_says(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("'%s' is not in: %s", what, text);
}

static char *normal(const char *xml)
{
	char why[256], *text;
	xmlDocPtr doc = xml_parse(xml, why, sizeof(why));

	if (!doc)
		fail_msg("%s", why);
	text = xml_print(doc);
	xmlFreeDoc(doc);
	return text;
}

static void assert_xml(const char *xml, const char *want)
{
	char *a = normal(xml), *b = normal(want);

	assert_string_equal(a, b);
	free(a);
	free(b);
}

static bool has(const char *path)
{
	char why[256];
	xmlDocPtr doc = xml_parse(fake.domains[0].xml, why, sizeof(why));
	bool found = xml_find(doc, "%s", path);

	xmlFreeDoc(doc);
	return found;
}

/* libvirt's own schema. */
static void assert_valid(const char *xml)
{
	xmlRelaxNGParserCtxtPtr parser;
	xmlRelaxNGValidCtxtPtr valid;
	xmlRelaxNGPtr schema;
	char why[256];
	xmlDocPtr doc;

	if (access(SCHEMA, R_OK)) {
		print_message("# SKIP there is no %s\n", SCHEMA);
		return;
	}
	parser = xmlRelaxNGNewParserCtxt(SCHEMA);
	schema = xmlRelaxNGParse(parser);
	valid = xmlRelaxNGNewValidCtxt(schema);
	doc = xml_parse(xml, why, sizeof(why));
	if (xmlRelaxNGValidateDoc(valid, doc))
		fail_msg("%s: %s", xmlGetLastError()->message, xml);
	xmlFreeDoc(doc);
	xmlRelaxNGFreeValidCtxt(valid);
	xmlRelaxNGFree(schema);
	xmlRelaxNGFreeParserCtxt(parser);
	xmlRelaxNGCleanupTypes();
}

/* ---- tests ------------------------------------------------------------------------ */

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
	snprintf(path, sizeof(path), "%s" BACKUPS, root);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(run(DISABLE, "win11", NULL, true, EVERY), RESULT_DONE);
	assert_says(out, "nothing to disable");
	free(original);
}

/* What is between two texts of the XML. */
static void put(const char *before, const char *text)
{
	char *at = strstr(fake.domains[0].xml, before), *xml;

	assert_non_null(at);
	assert_true(asprintf(&xml, "%.*s%s%s", (int)(at - fake.domains[0].xml),
			     fake.domains[0].xml, text, at) > 0);
	free(fake.domains[0].xml);
	fake.domains[0].xml = xml;
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
	put("<memballoon", BY_HAND);
	put("</features>", "<kvm><hidden state='off'/><poll-control state='on'/></kvm>");
	put("<smm", "<vmport state='off'/>");
	put("</hyperv>", "<vendor_id state='on' value='mine'/>");
	put("<os>", "<cputune><vcpupin vcpu='0' cpuset='9'/></cputune>");
	put("</domain>",
	    BY_HAND_SYSINFO);
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
	put("</system>", "<entry name='family'>mine</entry>");
	put("<memballoon", "<watchdog model='itco' action='reset'/>");
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
	put("<memballoon", USED);
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

static void test_bad(void **state)
{
	char *original = strdup(fake.domains[0].xml), path[128];

	(void)state;
	assert_int_equal(run(ENABLE, "win10", NULL, false, EVERY), RESULT_FAILED);
	assert_says(err, "no VM 'win10'; there are:\n  win11\ndid you mean win11?");
	assert_int_equal(run(SHOW, "no\033", NULL, false, NULL), RESULT_FAILED);
	assert_says(err, "no VM 'no?'");
	assert_int_equal(run(ENABLE, "win11", "0000:41", false, NAMES("gpu")), RESULT_NO_GPU);
	assert_says(err, "no GPU '0000:41'; there is:\n  0000:01:00.0");

	assert_int_equal(enable("rom"), RESULT_FAILED);
	assert_says(err, "VM win11 cannot have rom: the VM does not have the GPU");
	assert_int_equal(enable("gpu", "rom"), RESULT_FAILED);
	assert_says(err, "no file is named");
	wish.rom = "/sys";
	assert_int_equal(enable("gpu", "rom"), RESULT_FAILED);
	assert_says(err, "/sys cannot be read: Is a directory");
	root_file("", "/empty");
	wish.rom = "/empty";
	assert_int_equal(enable("gpu", "rom"), RESULT_FAILED);
	assert_says(err, "/empty is no ROM for this GPU: ");
	put_rom("/foreign", 0x1234);
	wish.rom = "/foreign";
	assert_int_equal(enable("gpu", "rom"), RESULT_FAILED);
	assert_says(err, "/foreign is no ROM for this GPU: ");
	wish.rom = NULL;
	wish.table = NULL;
	assert_int_equal(enable("power"), RESULT_FAILED);
	assert_says(err, "start gpupmd");
	wish.table = "/var/lib/gpupm/power.aml";
	assert_int_equal(fake.defined, 0);
	assert_string_equal(fake.domains[0].xml, original);

	/* Where backups go is no directory. */
	root_file("", "/var/backups/gpupm");
	assert_int_equal(enable("agent"), RESULT_FAILED);
	assert_says(err, "VM win11 was not changed, for its XML cannot be kept in " BACKUPS ": Not a directory");
	assert_int_equal(fake.defined, 0);
	snprintf(path, sizeof(path), "%s/var/backups/gpupm", root);
	unlink(path);

	/* More vCPUs than fast CPUs. */
	char *vcpus = strstr(fake.domains[0].xml, ">4</vcpu>");

	vcpus[1] = '9';
	assert_int_equal(enable("pinning"), RESULT_FAILED);
	assert_says(err, "the VM has 9 vCPUs, and the machine 8 fast CPUs: give it fewer");

	fake.domains[0].transient = true;
	assert_int_equal(enable("agent"), RESULT_FAILED);
	assert_says(err, "gone once it is shut down");
	fake.domains[0].transient = false;
	for (int i = 0; i < 4; i++) {
		static const char * const wrong[] = {
			"<domain><", "<network/>", "",
			"<!DOCTYPE domain [<!ENTITY e 'x'>]><domain>&e;</domain>",
		};

		free(fake.domains[0].xml);
		fake.domains[0].xml = strdup(wrong[i]);
		assert_int_equal(enable("agent"), RESULT_FAILED);
		assert_says(err, "the XML of VM win11 cannot be parsed: ");
		assert_string_equal(fake.domains[0].xml, wrong[i]);
		assert_int_equal(run(SHOW, "win11", NULL, false, NULL), RESULT_FAILED);
		assert_int_equal(run(LIST, NULL, NULL, false, NULL), RESULT_DONE);
		assert_says(out, "win11  shut off  -");
	}
	free(original);
}

static void test_backup(void **state)
{
	const struct dirent *entry;
	char path[128], *original = strdup(fake.domains[0].xml), *kept;
	struct stat st;
	int n = 0;
	DIR *dir;

	(void)state;
	assert_int_equal(enable("agent"), RESULT_DONE);
	assert_int_equal(disable("agent"), RESULT_DONE);
	snprintf(path, sizeof(path), "%s" BACKUPS, root);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	dir = opendir(path);
	assert_non_null(dir);
	while ((entry = readdir(dir)))
		n += !strncmp(entry->d_name, "win11.", 6);
	closedir(dir);
	assert_int_equal(n, 2);
	/* It is what it was, to the byte, and says so. */
	assert_int_equal(enable("agent"), RESULT_DONE);
	kept = strstr(out, "its XML until now: ") + strlen("its XML until now: ");
	kept[strcspn(kept, "\n")] = '\0';
	FILE *file = fopen(kept, "re");
	char text[16384] = "";

	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file));
	fclose(file);
	assert_xml(text, original);
	assert_says(text, "passwd=\"hush\"");
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

static void test_no_gpu(void **state)
{
	(void)state;
	wish.root = "/nowhere";
	assert_int_equal(enable("gpu"), RESULT_NO_GPU);
	assert_says(err, "VM win11 cannot have gpu: this machine has no GPU");
	assert_int_equal(run(SHOW, "win11", NULL, false, NULL), RESULT_DONE);
	assert_says(out, "this machine has no GPU");
	wish.root = root;
	/* A second one: neither is meant, until one has it or says so. */
	function("0000:02:00.0", "0x1234\n", "0x030200\n", "");
	assert_int_equal(enable("gpu"), RESULT_NO_GPU);
	assert_says(err, "more than one GPU: say which with --gpu");
	assert_int_equal(run(ENABLE, "win11", "02:00", false, NAMES("gpu")), RESULT_DONE);
	assert_true(has("//hostdev/source/address[@bus='0x02']"));
	assert_false(has("//hostdev/source/address[@bus='0x01']"));
	assert_int_equal(enable("gpu"), RESULT_DONE);
	assert_says(out, "already as it should be: gpu");
}

/* libvirt chooses the firmware. */
static void test_firmware(void **state)
{
	char *original, *os, *end;

	(void)state;
	os = strstr(fake.domains[0].xml, "<loader");
	end = strstr(os, "<boot");
	memset(os, ' ', end - os);
	os = strstr(fake.domains[0].xml, "<os>");
	*os = '\0';
	assert_true(asprintf(&original, "%s<os firmware='efi'>%s", fake.domains[0].xml,
			     os + 4) > 0);
	free(fake.domains[0].xml);
	fake.domains[0].xml = strdup(original);
	assert_int_equal(enable("firmware"), RESULT_DONE);
	assert_true(has("//os/firmware/feature[@name='secure-boot' and @enabled='no']"));
	assert_true(has("//os/nvram[contains(., '/win11_VARS.without-secure-boot.fd')]"));
	assert_valid(fake.domains[0].xml);
	assert_int_equal(enable("firmware"), RESULT_DONE);
	assert_says(out, "already");
	assert_int_equal(disable("firmware"), RESULT_DONE);
	assert_xml(fake.domains[0].xml, original);
	free(original);
}

/* libvirt writes XML as we print it: what is shown as different is different. */
static void test_print(void **state)
{
	char *printed = normal(fake.domains[0].xml);

	(void)state;
	assert_string_equal(printed, fake.domains[0].xml);
	free(printed);
}

static void assert_stops(int agent, int button, const char *want)
{
	struct fake_domain *domain = &fake.domains[0];

	domain->state = VIR_DOMAIN_RUNNING;
	domain->agent = agent;
	domain->button = button;
	assert_int_equal(run(STOP, "win11", NULL, false, NULL), RESULT_DONE);
	assert_string_equal(out, want);
	assert_string_equal(err, "");
	assert_int_equal(domain->state, VIR_DOMAIN_SHUTOFF);
}

#define ASKS	"win11: asks its guest agent to shut down\n"
#define NO_AGENT	"win11: the agent does not: QEMU guest agent is not configured\n"
#define PRESSES	"win11: presses its power button\n"
#define NO_BUTTON	"win11: the button does not: there is no?[31m button\n"
#define FORCE	"win11: force: its QEMU is ended\n"
#define RUNNING	"win11: still running after 0 s\n"
#define ENDED	"win11: has ended, after 0 s\n"

static void test_stop(void **state)
{
	struct fake_domain *domain = &fake.domains[0];

	(void)state;
	stop_prepare();
	assert_stops(GUEST_ENDS, GUEST_NONE, ASKS ENDED);
	assert_stops(GUEST_NONE, GUEST_ENDS, ASKS NO_AGENT PRESSES ENDED);
	assert_stops(GUEST_NONE, GUEST_NONE,
		     ASKS NO_AGENT PRESSES NO_BUTTON FORCE ENDED);
	/* The agent has half of the time, and the button what is left. */
	assert_stops(GUEST_IGNORES, GUEST_ENDS, ASKS RUNNING RUNNING PRESSES ENDED);
	domain->state = VIR_DOMAIN_RUNNING;
	domain->button = GUEST_IGNORES;
	assert_int_equal(run(STOP, "win11", NULL, false, NULL), RESULT_DONE);
	assert_says(out, PRESSES RUNNING);
	assert_says(out, RUNNING FORCE ENDED);

	assert_int_equal(run(STOP, "win11", NULL, false, NULL), RESULT_DONE);
	assert_string_equal(out, "win11: does not run\n");
	assert_int_equal(run(STOP, "win12", NULL, false, NULL), RESULT_FAILED);
	domain->state = VIR_DOMAIN_RUNNING;
	domain->stubborn = true;
	assert_int_equal(run(STOP, "win11", NULL, false, NULL), RESULT_FAILED);
	assert_says(err, "VM win11 cannot be stopped by force: Failed to terminate process");
	assert_int_equal(run(STOP_ALL, NULL, NULL, false, NULL), RESULT_FAILED);
	domain->stubborn = false;
	assert_int_equal(run(STOP_ALL, NULL, NULL, false, NULL), RESULT_DONE);
	fake.silent = true;
	assert_int_equal(run(STOP, "win11", NULL, false, NULL), RESULT_FAILED);
	assert_says(err, "libvirt does not tell when VM win11 ends");
	domain->state = VIR_DOMAIN_SHUTOFF;
	assert_int_equal(run(STOP_ALL, NULL, NULL, false, NULL), RESULT_DONE);
	assert_string_equal(out, "No VM runs.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all, setup, teardown),
		cmocka_unit_test_setup_teardown(test_each, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dry_run, setup, teardown),
		cmocka_unit_test_setup_teardown(test_by_hand, setup, teardown),
		cmocka_unit_test_setup_teardown(test_libvirt_adds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pc, setup, teardown),
		cmocka_unit_test_setup_teardown(test_running, setup, teardown),
		cmocka_unit_test_setup_teardown(test_libvirt_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad, setup, teardown),
		cmocka_unit_test_setup_teardown(test_backup, setup, teardown),
		cmocka_unit_test_setup_teardown(test_show, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_gpu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_firmware, setup, teardown),
		cmocka_unit_test_setup_teardown(test_print, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
