# SPDX-License-Identifier: GPL-2.0-only
"""What the header and the module say about the protocol.

Values come from a compiler, not from reading C: the header is compiled as it
is, and the module's tables are compiled with stand-ins for the few kernel names
in them.
"""

import json
import re
import subprocess
import tempfile
from pathlib import Path

# The kernel's names for types, as <net/netlink.h> has them; only that they
# differ matters here.
NLA_TYPES = ["UNSPEC", "U8", "U16", "U32", "U64", "STRING", "FLAG", "MSECS",
             "NESTED", "NESTED_ARRAY", "NUL_STRING", "BINARY", "S8", "S16",
             "S32", "S64", "BITFIELD32", "REJECT", "BE16", "BE32", "SINT",
             "UINT"]

STAND_INS = """
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "linux/gpupm.h"
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define GENL_ADMIN_PERM 1
#define GENL_UNS_ADMIN_PERM 2
#define GENL_CMD_CAP_DO 4
#define GENL_CMD_CAP_DUMP 8
#define __ro_after_init
enum { %(types)s };
struct nla_policy { int type; int len; long min, max; bool bounded; };
#define NLA_POLICY_MAX(t, m) { .type = t, .max = m, .bounded = true }
#define NLA_POLICY_RANGE(t, a, b) { .type = t, .min = a, .max = b, .bounded = true }
struct genl_ops { int cmd, flags, internal_flags, validate;
	const struct nla_policy *policy; int maxattr;
	const char *doit, *dumpit, *start, *done; };
struct genl_multicast_group { const char *name; };
static const struct { int value; const char *name; } types[] = { %(names)s };
static const char *type_name(int value)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].value == value)
			return types[i].name;
	return "?";
}
"""

PRINT_TABLES = """
int main(void)
{
	const char *sep = "";

	printf("{\\"ops\\": [");
	for (size_t i = 0; i < ARRAY_SIZE(gpupm_ops); i++) {
		const struct genl_ops *op = &gpupm_ops[i];
		const char *comma = "";

		printf("%s{\\"cmd\\": %d, \\"admin\\": %s, \\"do\\": %s, \\"dump\\": %s, \\"policy\\": [",
		       sep, op->cmd, op->flags & GENL_ADMIN_PERM ? "true" : "false",
		       op->doit ? "true" : "false", op->dumpit ? "true" : "false");
		sep = ", ";
		for (int a = 0; op->policy && a <= op->maxattr; a++) {
			const struct nla_policy *p = &op->policy[a];

			if (!p->type)
				continue;
			printf("%s{\\"attr\\": %d, \\"type\\": \\"%s\\", \\"len\\": %d, \\"max\\": %ld}",
			       comma, a, type_name(p->type), p->len,
			       p->bounded ? p->max : -1);
			comma = ", ";
		}
		printf("]}");
	}
	printf("], \\"groups\\": [");
	sep = "";
	for (size_t i = 0; i < ARRAY_SIZE(gpupm_groups); i++) {
		printf("%s\\"%s\\"", sep, gpupm_groups[i].name);
		sep = ", ";
	}
	printf("]}");
}
"""

PUT = re.compile(r"\b(nla_put_string|(?:nla_)?put_u32|nla_put_u64_64bit|put_u64|nla_put_flag|"
                 r"nla_nest_start)\(\s*\w+,\s*(GPUPM_A_\w+)")
PUT_TYPES = {"nla_put_string": "string", "nla_put_u32": "u32", "put_u32": "u32", "nla_put_flag": "flag",
             "nla_put_u64_64bit": "u64", "put_u64": "u64", "nla_nest_start": "nest"}


def run_c(source, include):
    """Compile and run a C program; what it printed."""
    with tempfile.TemporaryDirectory() as tmp:
        code, program = Path(tmp, "facts.c"), Path(tmp, "facts")
        code.write_text(source)
        subprocess.run(["gcc", "-std=gnu11", "-Wall", "-Werror", "-Wno-unused",
                        "-I", include, "-o", program, code], check=True)
        return subprocess.run([program], check=True, capture_output=True, text=True).stdout


class Header:
    """The UAPI header: enums in their order with values, and the documented types."""

    def __init__(self, path):
        self.text = path.read_text()
        include = path.parent.parent
        plain = subprocess.run(["gcc", "-E", "-P", "-x", "c", str(path)], check=True,
                               capture_output=True, text=True).stdout
        names = {enum: re.findall(r"\b(GPUPM_\w+)\s*(?:=|,|\})", body + "}")
                 for enum, body in re.findall(r"enum (\w+)\s*\{(.*?)\}", plain, re.S)}
        every = [name for members in names.values() for name in members]
        lines = "".join(f'printf("%s %lld\\n", "{n}", (long long){n});' for n in every)
        groups = re.findall(r"#define (GPUPM_MCGRP_\w+)", self.text)
        lines += 'printf("%s %d", GPUPM_FAMILY_NAME, GPUPM_FAMILY_VERSION);'
        lines += "".join(f'printf(" %s", {group});' for group in groups)
        out = run_c('#include <stdio.h>\n#include "linux/gpupm.h"\nint main(void) {' + lines + "}",
                    include).splitlines()
        self.family, self.version, *self.groups = out.pop().split()
        values = {name: int(value) for name, value in (line.split() for line in out)}
        self.enums = {enum: {n: values[n] for n in members if not n.endswith("_MAX")}
                      for enum, members in names.items()}
        self.maxes = {n: v for n, v in values.items() if n.endswith("_MAX") and n[0] != "_"}
        self.attrs = self._documented()

    def _documented(self):
        """For each attribute: its type, what it refers to, and whether it repeats."""
        found = {}
        for comment in re.findall(r"/\*\* *\n \* enum gpupm_a_.*?\*/", self.text, re.S):
            comment = re.sub(r"\s*\n \*\s*", " ", comment)
            for name, doc in re.findall(r"@(GPUPM_A_\w+): (.*?)(?=@GPUPM_A_\w+:|$)", comment):
                if doc.startswith("alignment"):
                    found[name] = ("pad", None, False)
                    continue
                kind = re.match(r"(string|u32|u64|nest|flag)\b", doc)
                refers = re.match(r"\w+, &enum (\w+)", doc)
                found[name] = (kind.group(1) if kind else None,
                               refers.group(1) if refers else None, "once for each" in doc)
        return found


class Module:
    """The module's tables of commands, policies and groups, and what it puts in answers."""

    def __init__(self, directory):
        files = [directory / "netlink.h", *sorted(directory.glob("netlink*.c"))]
        text = "".join(file.read_text() for file in files)
        tables = re.findall(r"^(?:static )?const struct (?:nla_policy|genl_ops|"
                            r"genl_multicast_group) \w+\[[^]]*\] = \{.*?^\};|^enum \{[^}]*\};",
                            text, re.S | re.M)
        # A handler is there or not; which, does not matter.
        code = re.sub(r"\.(doit|dumpit|start|done) = (\w+)", r'.\1 = "\2"', "\n".join(tables))
        lengths = "".join(re.findall(r"^#define GPUPM_\w+_LEN \d+\n",
                                     "".join(p.read_text() for p in sorted(directory.glob("*.h"))),
                                     re.M))
        types = ", ".join("NLA_" + name for name in NLA_TYPES)
        names = ", ".join(f'{{ NLA_{name}, "{name}" }}' for name in NLA_TYPES)
        out = run_c(STAND_INS % {"types": types, "names": names} + lengths + code + PRINT_TABLES,
                    directory / "uapi")
        tables = json.loads(out)
        self.ops, self.groups = {op["cmd"]: op for op in tables["ops"]}, tables["groups"]
        self.puts = {}
        for put, attr in PUT.findall(text):
            self.puts.setdefault(attr, set()).add(PUT_TYPES[put])
        # Some are put by way of a table: named, but not next to what puts them.
        self.named = set(re.findall(r"\bGPUPM_A_\w+", text))
