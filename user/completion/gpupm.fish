# SPDX-License-Identifier: GPL-2.0-only
# fish completion for gpupm(1).

function __gpupm_gpus
    gpupm policy 2>/dev/null | string replace -r ' .*' ''
end

# What comes after "--" is a command line of its own.
function __gpupm_command
    set -l words (commandline -opc)
    set -l begin (math (contains -i -- -- $words) + 1)
    complete -C (string join ' ' -- (string escape -- $words[$begin..]) (commandline -ct))
end

set -l commands status why monitor wakes policy hold test guests help
set -l none "not __fish_seen_subcommand_from $commands"

complete -c gpupm -f
complete -c gpupm -n $none -a status -d 'show every GPU'
complete -c gpupm -n $none -a why -d 'say why a GPU is not off'
complete -c gpupm -n $none -a monitor -d 'print what happens as it happens'
complete -c gpupm -n $none -a wakes -d 'show who woke a GPU'
complete -c gpupm -n $none -a policy -d 'show or set what happens when no VM uses a GPU'
complete -c gpupm -n $none -a hold -d 'keep a GPU in D0'
complete -c gpupm -n $none -a test -d 'cut the power of a GPU and wake it, and time it'
complete -c gpupm -n $none -a guests -d "show the VMs that are told the host's power"
complete -c gpupm -n $none -a help -d 'print help'
complete -c gpupm -n $none -s V -l version -d 'print the version'
complete -c gpupm -s h -l help -d 'print help'

complete -c gpupm -n '__fish_seen_subcommand_from help' -a "$commands"
complete -c gpupm -n '__fish_seen_subcommand_from why wakes policy hold test' -a '(__gpupm_gpus)' -d GPU
complete -c gpupm -n '__fish_seen_subcommand_from policy' -a 'auto warm on' -d policy
complete -c gpupm -n '__fish_seen_subcommand_from status' -s w -l watch -d 'show every change'
complete -c gpupm -n '__fish_seen_subcommand_from status why monitor wakes policy test guests' -l json -d 'print JSON'
complete -c gpupm -n '__fish_seen_subcommand_from test' -s n -x -d 'number of rounds'
complete -c gpupm -n '__fish_seen_subcommand_from hold; and contains -- -- (commandline -opc)' \
    -xa '(__gpupm_command)'
