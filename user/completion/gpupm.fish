# SPDX-License-Identifier: GPL-2.0-only
# fish completion for gpupm(1).

function __gpupm_gpus
    gpupm policy 2>/dev/null | string replace -r ' .*' ''
end

function __gpupm_vms
    gpupm vm list 2>/dev/null | tail -n +2 | string replace -r ' .*' ''
end

# Also those that no driver, or another, has.
function __gpupm_displays
    grep -l '^0x03' /sys/bus/pci/devices/*/class 2>/dev/null | cut -d / -f 6
end

# What comes after "--" is a command line of its own.
function __gpupm_command
    set -l words (commandline -opc)
    set -l begin (math (contains -i -- -- $words) + 1)
    complete -C (string join ' ' -- (string escape -- $words[$begin..]) (commandline -ct))
end

set -l commands status why monitor wakes policy hold test power guests profile config acpi qemu-args doctor bind vbios vm help
set -l none "not __fish_seen_subcommand_from $commands"

complete -c gpupm -f
complete -c gpupm -n $none -a status -d 'show every GPU'
complete -c gpupm -n $none -a why -d 'say why a GPU is not off'
complete -c gpupm -n $none -a monitor -d 'print what happens as it happens'
complete -c gpupm -n $none -a wakes -d 'show who woke a GPU'
complete -c gpupm -n $none -a policy -d 'show or set what happens when no VM uses a GPU'
complete -c gpupm -n $none -a hold -d 'keep a GPU in D0'
complete -c gpupm -n $none -a test -d 'cut the power of a GPU and wake it, and time it'
complete -c gpupm -n $none -a power -d 'show host power'
complete -c gpupm -n $none -a guests -d "show the VMs that are told the host's power"
complete -c gpupm -n $none -a profile -d 'show what is done on AC and on battery, or choose'
complete -c gpupm -n $none -a config -d 'check a configuration file'
complete -c gpupm -n $none -a acpi -d 'write the ACPI table that gives a guest a battery'
complete -c gpupm -n $none -a qemu-args -d 'print what a VM needs to see the battery'
complete -c gpupm -n $none -a doctor -d 'look at the machine and a VM and say what is wrong'
complete -c gpupm -n $none -a bind -d 'have vfio-pci own a GPU from early boot on'
complete -c gpupm -n $none -a vbios -d 'write the ROM of a GPU to a file, or check one'
complete -c gpupm -n $none -a vm -d 'give a VM the GPU, take it back, or stop the VM'
complete -c gpupm -n $none -a help -d 'print help'
complete -c gpupm -n $none -s V -l version -d 'print the version'
complete -c gpupm -s h -l help -d 'print help'

complete -c gpupm -n '__fish_seen_subcommand_from help' -a "$commands"
complete -c gpupm -n '__fish_seen_subcommand_from why wakes policy hold test' -a '(__gpupm_gpus)' -d GPU
complete -c gpupm -n '__fish_seen_subcommand_from policy' -a 'auto warm on' -d policy
complete -c gpupm -n '__fish_seen_subcommand_from profile' -a 'ac battery auto' -d profile
complete -c gpupm -n '__fish_seen_subcommand_from config' -a check -d 'say what is wrong with a file'
complete -c gpupm -n '__fish_seen_subcommand_from check' -F
complete -c gpupm -n '__fish_seen_subcommand_from bind dump' -a '(__gpupm_displays)' -d GPU
complete -c gpupm -n '__fish_seen_subcommand_from bind' -l dry-run -d 'change nothing, show what would change'
complete -c gpupm -n '__fish_seen_subcommand_from bind' -l undo -d 'put back what was there before'
complete -c gpupm -n '__fish_seen_subcommand_from vbios; and not __fish_seen_subcommand_from dump check' -a dump -d 'write the ROM of a GPU to a file'
complete -c gpupm -n '__fish_seen_subcommand_from vbios; and not __fish_seen_subcommand_from dump check' -a check -d 'say what a file is'
complete -c gpupm -n '__fish_seen_subcommand_from vbios' -s o -l output -rF -d 'write the ROM to a file'
set -l verbs list show enable disable stop
complete -c gpupm -n '__fish_seen_subcommand_from doctor' -a '(__gpupm_vms)' -d VM
set -l vm "__fish_seen_subcommand_from vm; and not __fish_seen_subcommand_from $verbs"
complete -c gpupm -n $vm -a list -d 'show every VM of libvirt'
complete -c gpupm -n $vm -a show -d 'show which features a VM has'
complete -c gpupm -n $vm -a enable -d 'give a VM features'
complete -c gpupm -n $vm -a disable -d 'take features back'
complete -c gpupm -n $vm -a stop -d 'end a VM'
complete -c gpupm -n '__fish_seen_subcommand_from vm; and __fish_seen_subcommand_from show enable disable stop' -a '(__gpupm_vms)' -d VM
set -l features gpu rom power mmio64 firmware disguise agent pinning
complete -c gpupm -n '__fish_seen_subcommand_from vm; and __fish_seen_subcommand_from enable disable' -a "$features" -d feature
complete -c gpupm -n '__fish_seen_subcommand_from qemu-args' -a "$features" -d feature
complete -c gpupm -n '__fish_seen_subcommand_from vm; and __fish_seen_subcommand_from enable disable' -l dry-run -d 'change nothing'
complete -c gpupm -n '__fish_seen_subcommand_from show enable qemu-args' -l gpu -xa '(__gpupm_gpus)' -d 'which GPU'
complete -c gpupm -n '__fish_seen_subcommand_from show enable qemu-args' -l rom -rF -d 'the ROM of the GPU'
complete -c gpupm -n '__fish_seen_subcommand_from vm; and __fish_seen_subcommand_from stop' -l all -d 'every VM that runs'
complete -c gpupm -n '__fish_seen_subcommand_from vm; and __fish_seen_subcommand_from stop' -l timeout -x -d 'seconds, 1 to 3600'
complete -c gpupm -n '__fish_seen_subcommand_from qemu-args' -l lines -d 'one argument a line'
complete -c gpupm -n '__fish_seen_subcommand_from qemu-args' -l varstore -rF -d 'for UEFI firmware'
complete -c gpupm -n '__fish_seen_subcommand_from qemu-args' -l agent -rF -d 'the socket of the guest agent'
complete -c gpupm -n '__fish_seen_subcommand_from status power' -s w -l watch -d 'show every change'
complete -c gpupm -n '__fish_seen_subcommand_from status why monitor wakes policy test power guests profile config doctor vbios' -l json -d 'print JSON'
complete -c gpupm -n '__fish_seen_subcommand_from vm; and __fish_seen_subcommand_from list show' -l json -d 'print JSON'
complete -c gpupm -n '__fish_seen_subcommand_from test' -s n -x -d 'number of rounds'
complete -c gpupm -n '__fish_seen_subcommand_from acpi' -l static -xa 'ac battery' -d 'a table that needs no daemon'
complete -c gpupm -n '__fish_seen_subcommand_from acpi' -l heartbeat -x -d 'seconds, 1 to 300'
complete -c gpupm -n '__fish_seen_subcommand_from acpi' -s o -l output -rF -d 'write to a file'
complete -c gpupm -n '__fish_seen_subcommand_from qemu-args' -l qemu -xa '(__fish_complete_command)' -d 'the QEMU'
complete -c gpupm -n '__fish_seen_subcommand_from qemu-args' -l table -rF -d 'the table'
complete -c gpupm -n '__fish_seen_subcommand_from qemu-args' -l socket -rF -d 'the socket of gpupmd'
complete -c gpupm -n '__fish_seen_subcommand_from qemu-args' -l libvirt -d 'print XML for a libvirt domain'
complete -c gpupm -n '__fish_seen_subcommand_from hold; and contains -- -- (commandline -opc)' \
    -xa '(__gpupm_command)'
