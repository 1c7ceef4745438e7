// SPDX-License-Identifier: GPL-2.0-only
/*
 * UEFI without Secure Boot. A varstore that has keys enrolled is of no use to another
 * firmware, and may have been written by one that stores it differently: the VM gets a
 * new one, beside the old one, which it has again once the feature is disabled.
 */
#include "../machine/firmware.h"
#include "feature.h"

#include <stdio.h>
#include <string.h>

#define VARSTORES	"/var/lib/libvirt/qemu/nvram"

static bool is_chosen_by_libvirt(xmlDocPtr doc)
{
	return xml_find(doc, "/domain/os[@firmware='efi']");
}

static bool says(xmlDocPtr doc, const char *feature, const char *enabled)
{
	return xml_find(doc, "/domain/os/firmware/feature[@name='%s' and @enabled='%s']", feature,
			enabled);
}

static bool is_secure(const struct wish *wish, xmlDocPtr doc)
{
	char code[PATH_MAX], vars[PATH_MAX];

	/* libvirt takes the first that fits, which distributions make the one with keys. */
	if (is_chosen_by_libvirt(doc))
		return !says(doc, "secure-boot", "no") && !says(doc, "enrolled-keys", "no");
	xml_value(doc, code, sizeof(code), "/domain/os/loader");
	xml_value(doc, vars, sizeof(vars), "/domain/os/nvram/@template");
	return xml_find(doc, "/domain/os/loader[@secure='yes']") ||
	       firmware_is_secure(wish->root, code, vars);
}

/* Beside the old one. */
static void new_varstore(xmlDocPtr doc, char path[static PATH_MAX])
{
	char old[PATH_MAX], name[256], *slash;

	if (!xml_value(doc, old, sizeof(old), "/domain/os/nvram/source/@file"))
		xml_value(doc, old, sizeof(old), "/domain/os/nvram");
	xml_value(doc, name, sizeof(name), "/domain/name");
	slash = *old == '/' ? strrchr(old, '/') : NULL;
	if (slash)
		*slash = '\0';
	snprintf(path, PATH_MAX, "%.2000s/%s_VARS.without-secure-boot.fd", slash ? old : VARSTORES,
		 name);
}

static void let_libvirt_choose(struct edit *edit, const char *varstore)
{
	static const char * const off[] = { "enrolled-keys", "secure-boot" };
	char place[PLACE_SIZE], which[64], xml[128];

	/* The one that it has chosen is in there, and would be taken for the owner's choice. */
	edit_remove(edit, "/domain/os", "loader");
	edit_remove(edit, "/domain/os", "nvram");
	for (size_t i = 0; i < 2; i++) {
		snprintf(which, sizeof(which), "feature[@name='%s']", off[i]);
		snprintf(place, sizeof(place), "/domain/os/firmware/%s", which);
		snprintf(xml, sizeof(xml), "<feature enabled='no' name='%s'/>", off[i]);
		edit_make(edit, "/domain/os", "firmware");
		edit_add(edit, "/domain/os/firmware", which, xml);
		edit_set(edit, place, "", "enabled", "no");
	}
	edit_text(edit, "/domain/os", "nvram", varstore);
}

static void choose(struct edit *edit, const struct firmware *firmware, const char *varstore)
{
	/* That of the old one; ours is raw, which goes without saying. */
	static const char * const formats[][2] = {
		{ "loader", "format" }, { "nvram", "format" }, { "nvram", "templateFormat" },
	};

	/* A varstore that is not named by its text, but in an element. */
	if (xml_find(edit->doc, "/domain/os/nvram/*"))
		edit_remove(edit, "/domain/os", "nvram");
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (xml_find(edit->doc, "/domain/os/%s/@%s", formats[i][0], formats[i][1]))
			edit_set(edit, "/domain/os", formats[i][0], formats[i][1], "raw");
	if (xml_find(edit->doc, "/domain/os/loader[@secure='yes']"))
		edit_set(edit, "/domain/os", "loader", "secure", "no");
	edit_text(edit, "/domain/os", "loader", firmware->code);
	edit_set(edit, "/domain/os", "nvram", "template", firmware->vars);
	edit_text(edit, "/domain/os", "nvram", varstore);
}

static bool enable(struct edit *edit, const struct wish *wish, char why[static WHY_SIZE])
{
	char machine[64], varstore[PATH_MAX];
	struct firmware firmware;

	if (!feature_is_uefi(edit->doc)) {
		snprintf(why, WHY_SIZE, "it has a BIOS, which knows no Secure Boot");
		return true;
	}
	if (!is_secure(wish, edit->doc))
		return true;
	xml_value(edit->doc, machine, sizeof(machine), "/domain/os/type/@machine");
	if (!firmware_find(wish->root, machine, &firmware)) {
		snprintf(why, WHY_SIZE,
			 "there is no UEFI firmware without Secure Boot for %s on this machine (Debian has it in the package ovmf)",
			 machine);
		return false;
	}
	new_varstore(edit->doc, varstore);
	if (is_chosen_by_libvirt(edit->doc))
		let_libvirt_choose(edit, varstore);
	else
		choose(edit, &firmware, varstore);
	edit_note(edit,
		  "firmware: the varstore is a new one, %s: the guest's boot entries and enrolled keys are in the old one, which is kept",
		  varstore);
	return true;
}

const struct feature feature_firmware = {
	.name = "firmware",
	.summary = "UEFI without Secure Boot",
	.enable = enable,
};
