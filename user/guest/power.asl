// SPDX-License-Identifier: GPL-2.0-only
//
// The guest's power table: an AC adapter and one battery, the sum of the host's,
// and the NVIDIA platform devices that drivers of laptop GPUs look for.
//
// The live table reads reports (report.h has their bytes) from a UART whose other
// end is the daemon. Three ways lead to the one method that does, RECV:
//
//   event         the UART's interrupt belongs to a Generic Event Device
//   heartbeat     the OS asks a thermal zone for its temperature every few seconds
//   read-through  the OS reads the adapter or the battery
//
// With no daemon to be heard the guest sees AC and a full battery, with which every
// driver starts. A peer that sends garbage, or nothing, or all at once must not
// hold up a guest: each loop here has an end that does not depend on what is read.
//
// Compiled after cpp, with one of these for another table than the live one:
//   STATIC_AC            no UART: always AC, and a full battery
//   STATIC_BATTERY       no UART: always on battery
// and these for tests:
//   NO_EVENT, NO_HEARTBEAT, NO_READ_THROUGH
//   TEST_LINE            a file that stands for line, clock and Notify
//
// Integers have 32 bits or 64: that is up to the DSDT, and QEMU's has it at 32.

#if !defined(STATIC_AC) && !defined(STATIC_BATTERY)
#define LIVE
#endif

#define ON_AC			0x01
#define PRESENT			0x02
#define CHARGING		0x04
#define DISCHARGING		0x08
#define CRITICAL		0x10
#define UNKNOWN			0xFFFFFFFF

// A battery like a laptop's, for as long as nothing is known of the host's.
#define MADE_UP_CAPACITY	60000
#define MADE_UP_VOLTAGE		15200

#ifdef STATIC_BATTERY
#define FIRST_FLAGS		(PRESENT | DISCHARGING)
#define FIRST_REMAINING		40000
#define FIRST_RATE		15000
#else
#define FIRST_FLAGS		(ON_AC | PRESENT)
#define FIRST_REMAINING		MADE_UP_CAPACITY
#define FIRST_RATE		0
#endif

#ifndef TEST_LINE
#define READ_LSR		LSR
#define READ_RBR		RBR
#define NOW			Timer
#define NOTIFY(device, value)	Notify (device, value)
#endif

#if defined(LIVE) && !defined(NO_READ_THROUGH)
#define READ_THROUGH		RECV (0x72)
#elif defined(LIVE) && defined(NO_HEARTBEAT)
#define READ_THROUGH		KICK ()
#else
#define READ_THROUGH
#endif

DefinitionBlock ("", "SSDT", 2, "GPUPM", "GPUPOWER", 1)
{
#ifdef LIVE
	// QEMU's own nodes of the UART: q35 and pc, and both as they were named before.
	External (\_SB.PCI0.SF8.COM4._STA, IntObj)
	External (\_SB.PCI0.S08.COM4._STA, IntObj)
	External (\_SB.PCI0.ISA.COM4._STA, IntObj)
#endif

	Scope (\_SB)
	{
#ifdef TEST_LINE
#include TEST_LINE
#endif

		// What the guest is told: the numbers of the last report.
		Name (GPFL, FIRST_FLAGS)
		Name (GPDE, MADE_UP_CAPACITY)	// design capacity
		Name (GPFU, MADE_UP_CAPACITY)	// capacity when full
		Name (GPRE, FIRST_REMAINING)
		Name (GPRA, FIRST_RATE)
		Name (GPVO, MADE_UP_VOLTAGE)	// present voltage
		Name (GPDV, MADE_UP_VOLTAGE)	// design voltage
		Name (GPCY, 0)			// charge cycles

		Device (ADP0)
		{
			Name (_HID, "ACPI0003")
			Name (_UID, "GPUPM")
			Name (_PCL, Package () { \_SB })

			Method (_STA)
			{
				Return (0x0F)
			}

			Method (_PSR, 0, Serialized)
			{
				READ_THROUGH
				If (GPFL & ON_AC)
				{
					Return (1)
				}
				Return (0)
			}
		}

		Device (BAT0)
		{
			Name (_HID, EisaId ("PNP0C0A"))
			Name (_UID, "GPUPM")
			Name (_PCL, Package () { \_SB })

			// Revision 0, the shortest: 20 elements.
			Name (INFX, Package ()
			{
				0,		// revision
				0,		// in mWh and mW
				UNKNOWN,	// 2: design capacity
				UNKNOWN,	// 3: capacity when full
				1,		// rechargeable
				UNKNOWN,	// 5: design voltage
				0,		// 6: warning
				0,		// 7: low
				UNKNOWN,	// 8: charge cycles
				95000,		// measured with 95 % accuracy
				UNKNOWN,	// longest and
				UNKNOWN,	// shortest time between samples
				1000,		// longest and
				1000,		// shortest interval of the averages, ms
				1,		// granularity below warning
				1,		// and above low
				"Host battery",	// model
				"1",		// serial number
				"LION",		// type
				"gpupm"		// OEM
			})

			Name (INFO, Package ()
			{
				0,		// in mWh and mW
				UNKNOWN,	// 1: design capacity
				UNKNOWN,	// 2: capacity when full
				1,		// rechargeable
				UNKNOWN,	// 4: design voltage
				0,		// 5: warning
				0,		// 6: low
				1,		// granularity below warning
				1,		// and above low
				"Host battery",	// model
				"1",		// serial number
				"LION",		// type
				"gpupm"		// OEM
			})

			Name (STAT, Package () { 0, UNKNOWN, UNKNOWN, UNKNOWN })

			Method (_STA)
			{
				If (GPFL & PRESENT)
				{
					Return (0x1F)
				}
				Return (0x0F)
			}

			// A tenth is the warning, a twentieth is low; of what, is not always known.
			Method (PART, 1)
			{
				If (GPFU == UNKNOWN)
				{
					Return (0)
				}
				Return (GPFU / Arg0)
			}

			Method (_BIX, 0, Serialized)
			{
				READ_THROUGH
				INFX[2] = GPDE
				INFX[3] = GPFU
				INFX[5] = GPDV
				INFX[6] = PART (10)
				INFX[7] = PART (20)
				INFX[8] = GPCY
				Return (INFX)
			}

			Method (_BIF, 0, Serialized)
			{
				READ_THROUGH
				INFO[1] = GPDE
				INFO[2] = GPFU
				INFO[4] = GPDV
				INFO[5] = PART (10)
				INFO[6] = PART (20)
				Return (INFO)
			}

			Method (_BST, 0, Serialized)
			{
				READ_THROUGH
#ifdef LIVE
				GPBS = NOW
#endif

				// Bit 0 is discharging, 1 charging, 2 critical.
				Local0 = 0
				If (GPFL & DISCHARGING)
				{
					Local0 |= 1
				}
				If (GPFL & CHARGING)
				{
					Local0 |= 2
				}
				If (GPFL & CRITICAL)
				{
					Local0 |= 4
				}
				STAT[0] = Local0
				STAT[1] = GPRA
				STAT[2] = GPRE
				STAT[3] = GPVO
				Return (STAT)
			}
		}

		// What drivers of laptop GPUs look at, as far as it is public. NVIDIA's open
		// kernel modules (nv-acpi.c) take a machine for a laptop when a _BIX or _BIF
		// says rechargeable; they follow the Notify of the device that has a _PSR; and
		// they ask \_SB.NPCF._DSM about Dynamic Boost. On laptops that is NVDA0820,
		// whose Windows driver (nvpcf) then steers power together with the host's
		// controllers. A guest has none of those, so NVDA0820 is left out, and NPCF has
		// no _DSM, which that driver takes for "no Dynamic Boost".
		//
		// NVDA0000 and NVDA0001 are not documented by NVIDIA, and no public driver
		// binds to them. They are known from one published table for a passed-through
		// RTX 3050 Laptop, with which the Windows driver no longer stopped with error
		// 43. Which of its devices did that was not told, and adapter and battery alone
		// do it on other machines. So the two are here with the answers given there,
		// which are constants, touch no hardware, and change with nothing.
		//
		// _STA: there and working, but nothing to show to people, for they would only
		// see a device without a driver.
		Device (NPCF)
		{
			Name (_HID, "NVDA0001")
			Name (_UID, "GPUPM")
			Name (_STA, 0x0B)

			// Read like a _DSM, whose arguments these are: nothing beyond function 0,
			// the question what there is. The published table calls it "allowed".
			Method (NPCF, 4)
			{
				Return (Buffer () { 0x01 })
			}
		}

		Device (NVDR)
		{
			Name (_HID, "NVDA0000")
			Name (_UID, "GPUPM")
			Name (_STA, 0x0B)

			// By the rules of _DSM: functions 0 and 1. What 1 should be is not known;
			// it answers the same. The published table calls it the fastest of the
			// modes, after a method of its laptop's adapter.
			Method (_DSM, 4)
			{
				Return (Buffer () { 0x03 })
			}
		}

#ifdef LIVE
		OperationRegion (UART, SystemIO, 0x05E8, 8)
		Field (UART, ByteAcc, NoLock, Preserve)
		{
			RBR, 8,		// bytes out and in; with DLAB the divisor's low half
			IER, 8,		// the divisor's high half
			FCR, 8,
			LCR, 8,
			MCR, 8,
			LSR, 8,
		}

		Name (GPHE, 0)		// the daemon is heard
		Name (GPWH, 0)		// when the last report came, or the UART was set up
		Name (GPBS, 0)		// when the battery's state was read last
		Name (GPAG, 0)		// the battery has to be notified again
		Name (GPQU, 0)		// set aside for garbage, until the next look
		Name (GPBA, 0)		// frames that were none since the last good one
		Name (GPLE, 0)		// bytes in the frame between two looks
		Name (GPFR, Buffer (36) {})
		CreateDWordField (GPFR, 0, FHEA)
		CreateByteField (GPFR, 0, FBG0)
		CreateByteField (GPFR, 1, FBG1)
		CreateByteField (GPFR, 2, FVER)
		CreateByteField (GPFR, 3, FFLG)
		CreateDWordField (GPFR, 4, FDES)
		CreateDWordField (GPFR, 8, FFUL)
		CreateDWordField (GPFR, 12, FREM)
		CreateDWordField (GPFR, 16, FRAT)
		CreateDWordField (GPFR, 20, FVOL)
		CreateDWordField (GPFR, 24, FDVO)
		CreateDWordField (GPFR, 28, FCYC)
		CreateWordField (GPFR, 32, FSU1)
		CreateWordField (GPFR, 34, FSU2)

		Method (_INI)
		{
			// The guest's serial driver would take the UART for a COM port.
			If (CondRefOf (\_SB.PCI0.SF8.COM4._STA))
			{
				\_SB.PCI0.SF8.COM4._STA = 0
			}
			If (CondRefOf (\_SB.PCI0.S08.COM4._STA))
			{
				\_SB.PCI0.S08.COM4._STA = 0
			}
			If (CondRefOf (\_SB.PCI0.ISA.COM4._STA))
			{
				\_SB.PCI0.ISA.COM4._STA = 0
			}
			If (READ_LSR != 0xFF)
			{
				SETU ()
			}
		}

		// Sets the UART up, with an empty FIFO, and asks for a report.
		Method (SETU, 0, Serialized)
		{
			LCR = 0x83		// divisor 1: the UART's clocks go by it
			RBR = 1
			IER = 0
			LCR = 0x03		// 8 bits, no parity
			FCR = 0xC7		// FIFOs on and empty, a wake at 14 bytes
			MCR = 0x0B		// DTR, RTS, and OUT2, which lets interrupts through
			IER = 0x01		// one when there is something to read
			GPLE = 0
			GPBA = 0
			GPWH = NOW
			SEND (0x3F)
		}

		// Sends a byte to the daemon, unless the line is full.
		Method (SEND, 1, Serialized)
		{
			If (READ_LSR & 0x20)
			{
				RBR = Arg0
			}
		}

		// Looks for reports. Arg0 is the letter that tells the daemon why.
		Method (RECV, 1, Serialized)
		{
			// Where there is no UART, all bits are ones.
			If (READ_LSR == 0xFF)
			{
				LOST ()
				Return
			}

			// A reset of the guest and a sleep reset the UART, too.
			If (IER != 0x01)
			{
				// One that was set aside counts as silent since then.
				Local0 = GPWH
				SETU ()
				If (GPQU)
				{
					GPWH = Local0
				}
				GPQU = 0
			}

			// Few steps a byte: an interpreter takes its time for each.
			Local0 = 0		// reports taken
			Local1 = 4		// frames, good or not, to look at
			Local2 = 0		// bits to notify: battery, its capacity, adapter
			Local3 = 30		// waits for the rest of a report
			Local4 = GPLE
			While (Local1)
			{
				If (READ_LSR & 0x01)
				{
					GPFR[Local4] = READ_RBR
					Local4++
					If (Local4 == 36)
					{
						Local1--
						If (GOOD ())
						{
							Local2 |= TELL ()
							Local0++
							GPBA = 0
							Local4 = 0
						}
						Else
						{
							Local4 = SKIP (Local4)
						}
					}
				}
				ElseIf (!Local4)
				{
					Local1 = 0
				}
				ElseIf ((FBG0 != 0xA7) || ((Local4 > 1) && (FBG1 != 0x50)))
				{
					Local1--
					Local4 = SKIP (Local4)
				}
				ElseIf (Local3)
				{
					Local3--
					If (Local3 < 20)
					{
						Sleep (1)
					}
					Else
					{
						Stall (50)
					}
				}
				Else
				{
					Local1 = 0
				}
			}
			GPLE = Local4

			// Garbage without end: not an interrupt more until the next look.
			If (GPBA > 28)
			{
				IER = 0
				FCR = 0xC7
				GPQU = 1
			}
			If (Local0)
			{
				GPHE = 1
				GPWH = NOW
				SAY (Local2)
				SEND (Arg0)
				Return
			}

			// The host repeats itself every 30 s; after 120 s it is gone.
			If (PAST (GPWH) > 1200000000)
			{
				LOST ()
			}
			If (!GPHE)
			{
				SEND (0x3F)
			}
			If (GPAG && (Arg0 == 0x68) && (PAST (GPBS) > 11000000))
			{
				GPAG = 0
				NOTIFY (BAT0, 0x80)
			}
		}

		// Drops the first of the Arg0 bytes in the frame, and on to what may be another
		// begin. Returns how many are left.
		Method (SKIP, 1, Serialized)
		{
			Local0 = 1
			While (Local0 < Arg0)
			{
				If (DerefOf (GPFR[Local0]) == 0xA7)
				{
					If (Local0 + 1 == Arg0)
					{
						Break
					}
					If (DerefOf (GPFR[Local0 + 1]) == 0x50)
					{
						Break
					}
				}
				Local0++
			}
			GPBA++
			Local1 = 0
			While (Local0 < Arg0)
			{
				GPFR[Local1] = DerefOf (GPFR[Local0])
				Local1++
				Local0++
			}
			Return (Local1)
		}

		// Whether the frame is a report of this version, with both sums right.
		Method (GOOD, 0, Serialized)
		{
			If ((FBG0 != 0xA7) || (FBG1 != 0x50) || (FVER != 1))
			{
				Return (0)
			}
			Local0 = FHEA
			Local1 = Local0
			Local0 += FDES
			Local1 += Local0
			Local0 += FFUL
			Local1 += Local0
			Local0 += FREM
			Local1 += Local0
			Local0 += FRAT
			Local1 += Local0
			Local0 += FVOL
			Local1 += Local0
			Local0 += FDVO
			Local1 += Local0
			Local0 += FCYC
			Local1 += Local0
			Return ((FOLD (Local0) == FSU1) && (FOLD (Local1) == FSU2))
		}

		// The halves of the lower 32 bits, added.
		Method (FOLD, 1)
		{
			Return (((Arg0 >> 16) + Arg0) & 0xFFFF)
		}

		// Tells the guest what the frame says. Returns what to notify.
		Method (TELL, 0, Serialized)
		{
			Local0 = 0
			If ((GPFL ^ FFLG) & ON_AC)
			{
				Local0 |= 4
			}
			If ((GPFL ^ FFLG) & PRESENT)
			{
				Local0 |= 2
			}
			If ((GPFL ^ FFLG) & (CHARGING | DISCHARGING | CRITICAL))
			{
				Local0 |= 1
			}
			If ((GPDE != FDES) || (GPFU != FFUL) || (GPDV != FDVO))
			{
				Local0 |= 2
			}
			If ((GPRE != FREM) || (GPRA != FRAT) || (GPVO != FVOL) || (GPCY != FCYC))
			{
				Local0 |= 1
			}
			GPFL = FFLG
			GPDE = FDES
			GPFU = FFUL
			GPRE = FREM
			GPRA = FRAT
			GPVO = FVOL
			GPDV = FDVO
			GPCY = FCYC
			Return (Local0)
		}

		// Without a daemon: AC, and the battery is full.
		Method (LOST, 0, Serialized)
		{
			If (!GPHE)
			{
				Return
			}
			GPHE = 0
			Local0 = 1
			If (!(GPFL & ON_AC))
			{
				Local0 |= 4
			}
			If (!(GPFL & PRESENT) || (GPFU == UNKNOWN))
			{
				Local0 |= 2
				GPDE = MADE_UP_CAPACITY
				GPFU = MADE_UP_CAPACITY
				GPVO = MADE_UP_VOLTAGE
				GPDV = MADE_UP_VOLTAGE
				GPCY = 0
			}
			GPFL = ON_AC | PRESENT
			GPRE = GPFU
			GPRA = 0
			SAY (Local0)
		}

		// Notifies: bit 0 the battery, bit 1 what it is, bit 2 the adapter.
		Method (SAY, 1, Serialized)
		{
			If (Arg0 & 4)
			{
				NOTIFY (ADP0, 0x80)
			}
			If (Arg0 & 2)
			{
				NOTIFY (BAT0, 0x81)
			}
			ElseIf (Arg0 & 1)
			{
				NOTIFY (BAT0, 0x80)
			}

			// Linux keeps the answer of a _BST for a second and gives it to whom
			// it wakes for this. A later heartbeat then repeats it.
			If (Arg0 & 3)
			{
				GPAG = (PAST (GPBS) < 11000000)
			}
		}

		// The time since Arg0, in units of 100 ns. With 32 bits it goes round in 7
		// minutes, and so it does with 64.
		Method (PAST, 1, Serialized)
		{
			Return ((NOW - Arg0) & 0xFFFFFFFF)
		}

#ifndef NO_EVENT
		Device (GPEV)
		{
			Name (_HID, "ACPI0013")
			Name (_UID, "GPUPM")

			// QEMU's MADT has this interrupt level-triggered, which suits a line
			// that stays up for as long as there is something to read.
			Name (_CRS, ResourceTemplate ()
			{
				Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 5 }
			})

			Method (_EVT, 1, Serialized)
			{
				If (Arg0 == 5)
				{
					RECV (0x65)
				}
			}
		}
#endif

#if defined(NO_READ_THROUGH) && defined(NO_HEARTBEAT)
		// With the event alone: QEMU's I/O APIC forgets an interrupt that came before
		// the OS had taken it into use, and nothing else would read what has come by
		// then. So the line goes down and up again when the OS looks at the battery.
		Method (KICK, 0, Serialized)
		{
			If (READ_LSR & 0x01)
			{
				IER = 0
				IER = 1
			}
		}
#endif

#ifndef NO_HEARTBEAT
		ThermalZone (GPHB)
		{
			// In microseconds, for then the number always has four bytes of its
			// own in the table, where another is written over it.
			Name (BEAT, 5000000)

			Method (_TZP)
			{
				Return (BEAT / 100000)
			}

			Method (_TMP, 0, Serialized)
			{
				RECV (0x68)
				Return (2982)		// 25 degrees
			}

			// Linux takes no zone without a trip point. This one is out of reach.
			Method (_CRT)
			{
				Return (4002)		// 127 degrees
			}
		}
#endif
#endif /* LIVE */
	}
}
