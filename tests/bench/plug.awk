# SPDX-License-Identifier: GPL-2.0-only
# Makes a table, or with json=yes an object, of lines
#   WAY NS
# with the ways event, heartbeat and poll.

function sort(values, n,    i, j, value) {
	for (i = 2; i <= n; i++) {
		value = values[i]
		for (j = i - 1; j > 0 && values[j] > value; j--)
			values[j + 1] = values[j]
		values[j + 1] = value
	}
}

function summarise(way,    i, n, values) {
	n = count[way]
	for (i = 1; i <= n; i++)
		values[i] = ms[way, i]
	sort(values, n)
	median[way] = n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
	worst[way] = values[n]
}

function verdict(met) {
	return met ? "met" : "MISSED"
}

{
	ms[$1, ++count[$1]] = $2 / 1e6
}

END {
	split("event heartbeat poll", key, " ")
	name[1] = "this project, event"
	name[2] = "this project, heartbeat of 5 s"
	name[3] = "a script that reads sysfs every 2 s"
	for (i = 1; i <= 3; i++)
		summarise(key[i])
	ratio = median["poll"] / median["event"]
	if (json) {
		printf "{\"changes\":%d", count["event"]
		for (i = 1; i <= 3; i++)
			printf ",\"%s\":{\"median_ms\":%.3f,\"worst_ms\":%.3f}", key[i], median[key[i]],
				worst[key[i]]
		printf ",\"poll/event\":%.3f}", ratio
		exit
	}
	printf "\n%-41s %9s  %9s\n", "the laptop's plug -> the VM's uevent", "median", "worst"
	for (i = 1; i <= 3; i++)
		printf "     %-36s %6.0f ms  %6.0f ms\n", name[i], median[key[i]], worst[key[i]]
	printf "     event %14.0f ms   aim: under 50 ms, %s\n", median["event"], verdict(median["event"] < 50)
	printf "     poll/event %9.1f      aim: at least 20, %s\n", ratio, verdict(ratio >= 20)
	printf "%d changes each, in the time of a laptop that does 1000 million instructions a second.\n",
		count["event"]
}
