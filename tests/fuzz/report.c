// SPDX-License-Identifier: GPL-2.0-only
/* Reports from any bytes, and of any host power. */
#include "fuzz.h"

#include "guest/report.h"

static void check_bytes(const uint8_t *data, size_t size)
{
	__u8 bytes[REPORT_SIZE] = {}, again[REPORT_SIZE];
	struct report report;

	memcpy(bytes, data, size < REPORT_SIZE ? size : REPORT_SIZE);
	if (!report_decode(&report, bytes))
		return;
	report_encode(&report, again);
	MUST(!memcmp(bytes, again, REPORT_SIZE));
}

static void check_report(const struct host_power *power, enum guest_power told)
{
	struct report report, again;
	__u8 bytes[REPORT_SIZE];

	report_from_power(&report, power, told);
	MUST(report.flags & REPORT_PRESENT);
	MUST((report.flags & (REPORT_CHARGING | REPORT_DISCHARGING)) !=
	     (REPORT_CHARGING | REPORT_DISCHARGING));
	MUST(report.full && report.full <= 0x7fffffff && report.remaining <= report.full);
	MUST(report.design && report.design <= 0x7fffffff);
	MUST(report.rate <= 0x7fffffff || report.rate == REPORT_UNKNOWN);
	if (told == GUEST_POWER_AC)
		MUST(report.flags & REPORT_ON_AC && !(report.flags & REPORT_DISCHARGING));
	if (told == GUEST_POWER_BATTERY)
		MUST(!(report.flags & REPORT_ON_AC) && report.flags & REPORT_DISCHARGING);
	report_encode(&report, bytes);
	MUST(report_decode(&again, bytes) && report_equal(&report, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host_power power = {};

	check_bytes(data, size);
	while (size && power.n < SUPPLIES_MAX) {
		struct supply *supply = &power.supplies[power.n++];
		size_t n = size < sizeof(*supply) ? size : sizeof(*supply);

		supply_init(supply, "");
		memcpy(supply, data, n);
		supply->name[SUPPLY_NAME_SIZE - 1] = '\0';
		data += n;
		size -= n;
	}
	power.on_ac = power_on_ac(&power);
	check_report(&power, GUEST_POWER_MIRROR);
	check_report(&power, GUEST_POWER_AC);
	check_report(&power, GUEST_POWER_BATTERY);
	return 0;
}
