// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <string.h>

/* ACPI's numbers of a battery have 31 bits; the rest means unknown. */
#define MOST		0x7FFFFFFFu

/* A battery for hosts that tell nothing of theirs: an ordinary laptop's. */
#define MADE_UP_MWH	50000u
#define MADE_UP_MV	11400u

/* From the millionths of sysfs to the thousandths of ACPI. */
static __u32 milli(__u64 micro)
{
	if (micro == POWER_UNKNOWN)
		return REPORT_UNKNOWN;
	return micro / 1000 > MOST ? MOST : micro / 1000;
}

static __u32 percent_of(__u32 full, __u32 percent)
{
	return (__u64)full * (percent < 100 ? percent : 100) / 100;
}

/*
 * A capacity when full is what the rest is measured by, so there has to be one:
 * the design's, or what the remaining energy and the percentage make, or one that
 * is made up.
 */
static void set_energies(struct report *r, const struct battery_sum *sum)
{
	bool percent = sum->present && sum->capacity != POWER_UNKNOWN32;
	__u32 now = sum->present ? milli(sum->energy_now) : REPORT_UNKNOWN;
	__u32 full = sum->present ? milli(sum->energy_full) : REPORT_UNKNOWN;
	__u32 design = sum->present ? milli(sum->energy_design) : REPORT_UNKNOWN;

	if (!full || full == REPORT_UNKNOWN)
		full = design;
	if ((!full || full == REPORT_UNKNOWN) && now != REPORT_UNKNOWN && percent && sum->capacity)
		full = milli(sum->energy_now / sum->capacity * 100);
	if (!full || full == REPORT_UNKNOWN) {
		full = MADE_UP_MWH;
		now = REPORT_UNKNOWN;
	}
	if (now == REPORT_UNKNOWN)
		now = percent ? percent_of(full, sum->capacity) : full;
	r->full = full;
	r->design = design && design != REPORT_UNKNOWN ? design : full;
	r->remaining = now < full ? now : full;
}

/* The rate belongs to the direction the battery really has. */
static void set_rate(struct report *r, const struct battery_sum *sum)
{
	bool charges = sum->status == GPUPM_SUPPLY_STATUS_CHARGING;
	bool discharges = sum->status == GPUPM_SUPPLY_STATUS_DISCHARGING;

	if (!(r->flags & (REPORT_CHARGING | REPORT_DISCHARGING)))
		r->rate = 0;
	else if (sum->present && ((r->flags & REPORT_CHARGING && charges) ||
				  (r->flags & REPORT_DISCHARGING && discharges)))
		r->rate = milli(sum->power);
	else
		r->rate = REPORT_UNKNOWN;
}

static __u8 told_flags(const struct host_power *power, const struct battery_sum *sum,
		       enum guest_power told)
{
	bool charges = sum->present && sum->status == GPUPM_SUPPLY_STATUS_CHARGING;
	bool discharges = sum->present && sum->status == GPUPM_SUPPLY_STATUS_DISCHARGING;
	bool on_ac = power->on_ac != GPUPM_ON_AC_NO;

	if (told == GUEST_POWER_BATTERY)
		return REPORT_DISCHARGING;
	if (told == GUEST_POWER_AC)
		return REPORT_ON_AC | (charges ? REPORT_CHARGING : 0);
	/* A battery that is made up has nothing but the adapter to go by. */
	if (!sum->present)
		return on_ac ? REPORT_ON_AC : REPORT_DISCHARGING;
	/* Both may be: an adapter can be too weak for the load. */
	return (on_ac ? REPORT_ON_AC : 0) | (charges ? REPORT_CHARGING : 0) |
	       (discharges ? REPORT_DISCHARGING : 0);
}

void report_from_power(struct report *report, const struct host_power *power, enum guest_power told)
{
	struct battery_sum sum;

	power_sum(power, &sum);
	memset(report, 0, sizeof(*report));
	report->flags = REPORT_PRESENT | told_flags(power, &sum, told);
	set_energies(report, &sum);
	set_rate(report, &sum);
	if ((__u64)report->remaining * 100 <= (__u64)report->full * REPORT_CRITICAL_PERCENT)
		report->flags |= REPORT_CRITICAL;
	report->voltage = sum.present ? milli(sum.voltage) : MADE_UP_MV;
	report->design_voltage = sum.present ? milli(sum.voltage_design) : MADE_UP_MV;
	report->cycles = sum.present ? sum.cycles : REPORT_UNKNOWN;
}

static void put32(__u8 *to, __u32 value)
{
	for (int i = 0; i < 4; i++)
		to[i] = value >> (8 * i);
}

static __u32 get32(const __u8 *from)
{
	return from[0] | from[1] << 8 | from[2] << 16 | (__u32)from[3] << 24;
}

static void sums(const __u8 bytes[REPORT_SIZE], __u8 result[4])
{
	__u32 sum = 0, sum_of_sums = 0;

	for (int i = 0; i < 32; i += 4) {
		sum += get32(bytes + i);
		sum_of_sums += sum;
	}
	sum += sum >> 16;
	sum_of_sums += sum_of_sums >> 16;
	result[0] = sum;
	result[1] = sum >> 8;
	result[2] = sum_of_sums;
	result[3] = sum_of_sums >> 8;
}

void report_encode(const struct report *report, __u8 bytes[REPORT_SIZE])
{
	bytes[0] = REPORT_BEGIN_0;
	bytes[1] = REPORT_BEGIN_1;
	bytes[2] = REPORT_VERSION;
	bytes[3] = report->flags;
	put32(bytes + 4, report->design);
	put32(bytes + 8, report->full);
	put32(bytes + 12, report->remaining);
	put32(bytes + 16, report->rate);
	put32(bytes + 20, report->voltage);
	put32(bytes + 24, report->design_voltage);
	put32(bytes + 28, report->cycles);
	sums(bytes, bytes + 32);
}

bool report_decode(struct report *report, const __u8 bytes[REPORT_SIZE])
{
	__u8 want[4];

	sums(bytes, want);
	if (bytes[0] != REPORT_BEGIN_0 || bytes[1] != REPORT_BEGIN_1 ||
	    bytes[2] != REPORT_VERSION || memcmp(bytes + 32, want, sizeof(want)))
		return false;
	*report = (struct report){
		.flags = bytes[3],
		.design = get32(bytes + 4),
		.full = get32(bytes + 8),
		.remaining = get32(bytes + 12),
		.rate = get32(bytes + 16),
		.voltage = get32(bytes + 20),
		.design_voltage = get32(bytes + 24),
		.cycles = get32(bytes + 28),
	};
	return true;
}

bool report_equal(const struct report *a, const struct report *b)
{
	return a->flags == b->flags && a->design == b->design && a->full == b->full &&
	       a->remaining == b->remaining && a->rate == b->rate && a->voltage == b->voltage &&
	       a->design_voltage == b->design_voltage && a->cycles == b->cycles;
}
