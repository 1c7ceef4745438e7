# SPDX-License-Identifier: GPL-2.0-only
# Makes a table, or with json=yes an object, of lines
#   WAY ASKED USABLE CLOSING CLOSED OFF
# with times in ns.

function sort(values, n,    i, j, value) {
	for (i = 2; i <= n; i++) {
		value = values[i]
		for (j = i - 1; j > 0 && values[j] > value; j--)
			values[j + 1] = values[j]
		values[j + 1] = value
	}
}

# Median, lowest and highest of what happened in one way, in ms.
function summarise(what, way,    i, n, values) {
	n = count[way]
	for (i = 1; i <= n; i++)
		values[i] = ms[what, way, i]
	sort(values, n)
	median[what, way] = n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
	low[what, way] = values[1]
	high[what, way] = values[n]
}

function ratio(what, one, other) {
	return median[what, one] / median[what, other]
}

function aim(value, limit, least) {
	if (least)
		return sprintf("aim: at least %s, %s", limit, value >= limit ? "met" : "MISSED")
	return sprintf("aim: at most %s, %s", limit, value <= limit ? "met" : "MISSED")
}

function rows(what, title,    i, way) {
	printf "\n%-41s %9s  %9s .. %9s\n", title, "median", "min", "max"
	for (i = 1; i <= 3; i++) {
		way = substr("abc", i, 1)
		printf "  %s  %-36s %6.1f ms  %6.1f ms .. %6.1f ms\n", way, name[way],
			median[what, way], low[what, way], high[what, way]
	}
}

function object(what,    i, way, s) {
	for (i = 1; i <= 3; i++) {
		way = substr("abc", i, 1)
		s = s sprintf("%s\"%s\":{\"median_ms\":%.3f,\"min_ms\":%.3f,\"max_ms\":%.3f}",
			i > 1 ? "," : "", way, median[what, way], low[what, way], high[what, way])
	}
	return sprintf("{%s,\"a/b\":%.3f,\"c/a\":%.3f}", s, ratio(what, "a", "b"), ratio(what, "c", "a"))
}

{
	n = ++count[$1]
	ms["open", $1, n] = ($3 - $2) / 1e6
	ms["close", $1, n] = ($5 - $4) / 1e6
	ms["off", $1, n] = ($6 - $5) / 1e6
	ms["all", $1, n] = ($6 - $4) / 1e6
}

END {
	name["a"] = "this module"
	name["b"] = "the kernel alone, all set by hand"
	name["c"] = "the usual libvirt hook script"
	split("open close off all", whats, " ")
	for (i in whats)
		for (way in name)
			summarise(whats[i], way)

	if (json) {
		printf "{\"kernel\":\"%s\",\"qemu\":\"%s\",\"rounds\":%d,", kernel, qemu, rounds
		printf "\"closed_to_off\":%s,\"close_to_off\":%s,\"open_to_usable\":%s,",
			object("off"), object("all"), object("open")
		printf "\"module\":{\"text\":%d,\"data\":%d,\"bss\":%d},", text, data, bss
		printf "\"idle\":{\"seconds\":%d,\"calls\":%d,\"works\":%d,\"timers\":%d},",
			seconds, calls, works, timers
		printf "\"boot_seconds\":%s}\n", boot
		exit
	}
	printf "\nLinux %s in QEMU %s, %d rounds of each way, in turn\n", kernel, qemu, rounds
	rows("off", "last close -> power resource _OFF")
	value = ratio("off", "a", "b")
	printf "     a/b %8.2f   %s\n", value, aim(value, 1.1, 0)
	value = ratio("off", "c", "a")
	printf "     c/a %8.1f   %s\n", value, aim(value, 10, 1)
	rows("open", "open -> device usable")
	value = ratio("open", "a", "b")
	printf "     a/b %8.2f   %s\n", value, aim(value, 1.1, 0)
	printf "     c/a %8.1f\n", ratio("open", "c", "a")
	printf "\nThe last close itself, in which the kernel resets the GPU, takes %.0f, %.0f and\n",
		median["close", "a"], median["close", "b"]
	printf "%.0f ms (a, b, c). With it: %.0f, %.0f and %.0f ms to _OFF, a/b %.2f, c/a %.1f.\n",
		median["close", "c"], median["all", "a"], median["all", "b"], median["all", "c"],
		ratio("all", "a", "b"), ratio("all", "c", "a")

	if (low["off", "a"] < 0 || low["off", "b"] < 0)
		print "Below zero: power was off before the process that closed was told so."

	printf "\nmodule   %d bytes of text, %d of data, %d of bss\n", text, data, bss
	printf "idle     in %d s of state off: %d calls into the module%s, %d works, %d timers\n",
		seconds, calls, calls ? " (" which ")" : "", works, timers
	printf "         (one open and close, seen by the same tracer: %s)\n", busy
	printf "laptop   user space %s s after its kernel started\n", boot
}
