# SPDX-License-Identifier: GPL-2.0-only
"""Compiles power.asl, and executes it in user space with acpica's acpiexec."""

import re
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
SOURCE = TOP / "user/guest/power.asl"

# A DSDT like QEMU's: integers of 32 bits, and the UART where q35 has it.
DSDT = """
DefinitionBlock ("", "DSDT", 1, "GPUPM", "TEST", 1)
{
    Device (\\_SB.PCI0)
    {
        Name (_HID, EisaId ("PNP0A08"))
        Device (SF8)
        {
            Name (_ADR, 0x001F0000)
            Device (COM4)
            {
                Name (_HID, EisaId ("PNP0501"))
                Name (_STA, 0x0F)
            }
        }
    }
}
"""


class Failed(Exception):
    pass


def run(*command, text=""):
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", timeout=300)
    if done.returncode:
        raise Failed(f"{command[0]}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def iasl(source, aml):
    """Compile; return what iasl had to say in its last line."""
    return run("iasl", "-we", "-vw", "2146", "-vi", "-p", str(aml.with_suffix("")),
               str(source)).strip().splitlines()[-1]


def compile_dsdt(directory):
    source = directory / "dsdt.asl"
    source.write_text(DSDT)
    iasl(source, directory / "dsdt.aml")
    return directory / "dsdt.aml"


def compile_table(directory, name, *defines):
    """Return the table, and what iasl had to say."""
    source, aml = directory / f"{name}.asl", directory / f"{name}.aml"
    run("gcc", "-E", "-P", "-undef", "-nostdinc", "-x", "c", f"-I{HERE}",
        *(f"-D{define}" for define in defines), "-o", str(source), str(SOURCE))
    return aml, iasl(source, aml)


class Result:
    """What came of a command: its value."""

    def __init__(self, text):
        self.value = None
        values = []
        for integer, string, buffer in re.findall(
                r"\[Integer\] = (\w+)|\[String\] Length \w+ = \"(.*?)\"|"
                r"\[Buffer\] Length \w+ =(?: +\w+:)? +((?:\w\w )+)", text):
            if integer:
                values.append(int(integer, 16))
            elif buffer:
                values.append(bytes.fromhex(buffer))
            else:
                values.append(string)
        if "[Package]" in text:
            self.value = values
        elif values:
            self.value = values[0]


def execute(tables, commands):
    """Load the tables, and evaluate one thing after the other: (path, argument...).

    Return a Result for each. What acpica complains of raises Failed.
    """
    lines = ""
    for path, *arguments in commands:
        words = ["execute", path]
        for argument in arguments:
            words.append("(" + " ".join(f"{byte:02X}" for byte in argument) + ")"
                         if isinstance(argument, bytes) else str(argument))
        lines += " ".join(words) + "\n"
    # On the command line there is room for 1023 characters only.
    said = run("acpiexec", *map(str, tables), text=lines + "quit\n")
    for bad in ("AE_", "ACPI Error", "ACPI BIOS Error", "ACPI Warning", "ncorrect"):
        if bad in said:
            raise Failed(f"acpiexec says {bad}:\n{said}")
    parts = said.split("\nEvaluating ")[1:]
    if len(parts) != len(commands):
        raise Failed(f"{len(commands)} commands, {len(parts)} done:\n{said}")
    return [Result(part) for part in parts]
