// SPDX-License-Identifier: GPL-2.0-only
/* The power table, and the UART that it reads; see guest/qemu.h. */
#include "../guest/arguments.h"
#include "../guest/qemu.h"
#include "../machine/confined.h"
#include "../profile/tables.h"
#include "feature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCAL_PROFILE	"/etc/apparmor.d/local/abstractions/libvirt-qemu"

/* Any table of ours: which one is the profile's business. */
static bool has_table(xmlDocPtr doc)
{
	return xml_find(doc, "/domain/qemu:commandline/qemu:arg[%s and %s]",
			"starts-with(@value, 'file=" TABLE_DIR "/')",
			"preceding-sibling::qemu:arg[1]/@value='-acpitable'");
}

static void add_uart(struct edit *edit, const char *socket)
{
	char which[PLACE_SIZE], *xml, *path = xml_escape(socket);

	if (asprintf(&xml,
		     "<serial type='unix'><source mode='connect' path='%s'><reconnect enabled='yes' timeout='1'/></source><target type='isa-serial' port='%d'/><address type='isa' iobase='%#x' irq='%#x'/></serial>",
		     path, QEMU_UART_INDEX, QEMU_UART_BASE, QEMU_UART_IRQ) < 0)
		abort();
	snprintf(which, sizeof(which), "serial[address[@iobase='%#x' or @iobase='0x%04x']]",
		 QEMU_UART_BASE, QEMU_UART_BASE);
	edit_add(edit, "/domain/devices", which, xml);
	free(xml);
	free(path);
}

static void look_at_apparmor(struct edit *edit, const struct wish *wish)
{
	if (apparmor_of(wish->root, wish->table) == CONFINED_DENIED)
		edit_note(edit,
			  "power: AppArmor does not let QEMU read the table: add the line '%s/*.aml r,' to %s",
			  TABLE_DIR, LOCAL_PROFILE);
}

static bool enable(struct edit *edit, const struct wish *wish, char why[static WHY_SIZE])
{
	char *table, *value;
	size_t before = edit->changes;

	if (!wish->table) {
		snprintf(why, WHY_SIZE,
			 "there is no %s: start gpupmd, which keeps one there (systemctl enable --now gpupmd)",
			 TABLE_DIR "/" TABLE_NAME);
		return false;
	}
	if (strchr(wish->table, '"') || strchr(wish->socket, '"')) {
		snprintf(why, WHY_SIZE, "a path may not have a quotation mark: %s, %s", wish->table,
			 wish->socket);
		return false;
	}
	edit_make(edit, "/domain", "features/acpi");
	add_uart(edit, wish->socket);
	table = double_commas(wish->table);
	if (asprintf(&value, "file=%s", table) < 0)
		abort();
	if (!has_table(edit->doc))
		feature_argument(edit, "-acpitable", value);
	free(value);
	free(table);
	if (edit->changes > before)
		look_at_apparmor(edit, wish);
	return true;
}

const struct feature feature_power = {
	.name = "power",
	.summary = "the host's battery: table and channel",
	.enable = enable,
};
