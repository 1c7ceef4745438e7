/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GPUPM_GUEST_REPORT_H
#define GPUPM_GUEST_REPORT_H

#include "../power/power.h"

/**
 * DOC: What the daemon and the power table say to each other
 *
 * The channel is a serial line: bytes, in order, with losses when somebody
 * restarts. Everything here is as power.asl has it; a change is a new version.
 *
 * To the guest go reports, each the whole of host power, 36 bytes:
 *
 *   0   u8   0xA7  \ begin
 *   1   u8   0x50  /
 *   2   u8   version, 1
 *   3   u8   REPORT_ bits
 *   4   u32  design capacity of the battery, mWh
 *   8   u32  capacity when full, mWh
 *   12  u32  remaining capacity, mWh
 *   16  u32  rate, mW
 *   20  u32  present voltage, mV
 *   24  u32  design voltage, mV
 *   28  u32  charge cycles
 *   32  u16  sum of the u32 at 0, 4, and so on to 28
 *   34  u16  sum of the sums after each of these u32
 *
 * Numbers have their lowest byte first. Both sums are taken modulo 2^32, and of
 * what comes out the upper half is added to the lower, modulo 65536: few steps for
 * a guest that interprets them. A u32 that is not known is 0xFFFFFFFF, as in ACPI.
 * Without REPORT_PRESENT there is no battery, and all numbers are 0xFFFFFFFF. A
 * guest that reads a version it does not know, or sums that are not right, looks
 * for the next begin after the one it took for one.
 *
 * From the guest come single bytes:
 *
 *   '?'  send a report now: the guest has just started, or is lost
 *   'e'  a report was taken because of the event
 *   'h'  a report was taken at a heartbeat
 *   'r'  a report was taken when the battery or the adapter was read
 *
 * Anything else is passed over.
 */
#define REPORT_SIZE		36
#define REPORT_BEGIN_0		0xA7
#define REPORT_BEGIN_1		0x50
#define REPORT_VERSION		1
#define REPORT_UNKNOWN		0xFFFFFFFFu

enum {
	REPORT_ON_AC = 1 << 0,
	REPORT_PRESENT = 1 << 1,
	REPORT_CHARGING = 1 << 2,
	REPORT_DISCHARGING = 1 << 3,
	REPORT_CRITICAL = 1 << 4,
};

/* A battery at or below this many percent is critical. */
#define REPORT_CRITICAL_PERCENT	3

/**
 * struct report - one whole snapshot of host power for a guest
 * @flags: REPORT_ bits
 * @design: mWh; REPORT_UNKNOWN when not known, and so for those that follow
 * @full: mWh
 * @remaining: mWh
 * @rate: mW
 * @voltage: mV
 * @design_voltage: mV
 * @cycles: charge cycles
 */
struct report {
	__u8 flags;
	__u32 design;
	__u32 full;
	__u32 remaining;
	__u32 rate;
	__u32 voltage;
	__u32 design_voltage;
	__u32 cycles;
};

/* What a guest is told: the truth, or always one and the same. */
enum guest_power {
	GUEST_POWER_MIRROR,
	GUEST_POWER_AC,
	GUEST_POWER_BATTERY,
};

/**
 * report_from_power - what a guest is told of host power
 * @report: filled in
 * @power: host power
 * @told: what the guest is told
 *
 * A host without a battery, or whose battery tells no energy, gets a battery made
 * up that fits what is known: NVIDIA's driver insists on one. With an unknown AC
 * the guest is told AC. With GUEST_POWER_AC it is told AC, and no battery that
 * discharges; with GUEST_POWER_BATTERY no AC, and a battery that discharges.
 */
void report_from_power(struct report *report, const struct host_power *power,
		       enum guest_power told);

/** report_encode - the bytes of a report */
void report_encode(const struct report *report, __u8 bytes[REPORT_SIZE]);

/**
 * report_decode - a report from its bytes, as a guest takes it
 * @report: filled in
 * @bytes: the bytes, from the begin
 *
 * Return: whether begin, version and sums are right.
 */
bool report_decode(struct report *report, const __u8 bytes[REPORT_SIZE]);

/** report_equal - whether two reports say the same */
bool report_equal(const struct report *a, const struct report *b);

#endif
