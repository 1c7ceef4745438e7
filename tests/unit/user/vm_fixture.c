// SPDX-License-Identifier: GPL-2.0-only
#include "vm_fixture.h"

#include "vm/change.h"
#include "vm/show.h"
#include "vm/stop.h"
#include "vm/xml.h"

#include <libvirt/libvirt.h>
#include <libxml/relaxng.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PCI	"/sys/bus/pci/devices/"
#define ROOT_PORT	"/sys/devices/pci0000:00/0000:00:01.0/"
#define SCHEMA	"/usr/share/libvirt/schemas/domain.rng"

const char *vm_root;
struct wish wish;
char *out, *err;
static size_t n_out, n_err;

/* ---- the machine ----------------------------------------------------------------- */

void machine_function(const char *address, const char *device, const char *class, const char *bars)
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

	machine_function("0000:01:00.0", "0x25a2\n", "0x030000\n",
			 "0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200\n"
			 "0x0000000800000000 0x0000000fffffffff 0x000000000014220c\n"
			 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
			 "0x0000001000000000 0x0000001001ffffff 0x000000000014220c\n"
			 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
			 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
			 "0x0000000000000000 0x0000000000000000 0x0000000000000000\n");
	machine_function("0000:01:00.1", "0x2291\n", "0x040300\n",
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
void put_rom(const char *path, unsigned int device)
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
	snprintf(whole, sizeof(whole), "%s%s", vm_root, path);
	file = fopen(whole, "w");
	assert_true(file && fwrite(rom, sizeof(rom), 1, file) && !fclose(file));
}

int vm_setup(void **state)
{
	(void)state;
	vm_root = root_make();
	laptop();
	wish = (struct wish){
		.root = vm_root,
		.table = "/var/lib/gpupm/power.aml",
		.socket = "/run/gpupm/guest.sock",
	};
	fake_add("win11", "q35.xml");
	return 0;
}

int vm_teardown(void **state)
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

int run(enum what what, const char *vm, const char *gpu, bool option, char **names)
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

void assert_says(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("'%s' is not in: %s", what, text);
}

char *normal(const char *xml)
{
	char why[256], *text;
	xmlDocPtr doc = xml_parse(xml, why, sizeof(why));

	if (!doc)
		fail_msg("%s", why);
	text = xml_print(doc);
	xmlFreeDoc(doc);
	return text;
}

void assert_xml(const char *xml, const char *want)
{
	char *a = normal(xml), *b = normal(want);

	assert_string_equal(a, b);
	free(a);
	free(b);
}

bool has(const char *path)
{
	char why[256];
	xmlDocPtr doc = xml_parse(fake.domains[0].xml, why, sizeof(why));
	bool found = xml_find(doc, "%s", path);

	xmlFreeDoc(doc);
	return found;
}

/* libvirt's own schema. */
void assert_valid(const char *xml)
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

void put_text(const char *before, const char *text)
{
	char *at = strstr(fake.domains[0].xml, before), *xml;

	assert_non_null(at);
	assert_true(asprintf(&xml, "%.*s%s%s", (int)(at - fake.domains[0].xml),
			     fake.domains[0].xml, text, at) > 0);
	free(fake.domains[0].xml);
	fake.domains[0].xml = xml;
}
