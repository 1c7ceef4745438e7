// SPDX-License-Identifier: GPL-2.0-only
//
// The platform's half of one GPU's power: its root port, the power resource, and
// the real thing behind it, the power controller of the port's slot.
//
// Compiled once for each GPU, after cpp, with these defined:
//   PORT, PORT_ADDRESS      the root port's name in the namespace and its _ADR
//   SHADOW, SHADOW_ADDRESS  the same for the empty port used to make a wake fail
//   LABEL                   what the log calls the GPU, "GPU0"
//   INDEX                   0 for GPU0, 1 for GPU1
//   SLOT_CONTROL            offset of Slot Control in the port's config space
//   DECLARED                QEMU's own tables have a node for the ports already
//   NO_POWER_RESOURCE       this machine cannot cut the GPU's power
//   ROM                     file with the bytes of the GPU's ROM, which firmware keeps
//   GPU_BELOW               the GPU sits right below the port, not behind a switch

DefinitionBlock ("", "SSDT", 2, "GPUPM", "LABPORT", 1)
{
	External (\_SB.PCI0, DeviceObj)

#ifdef DECLARED
	External (\_SB.PCI0.PORT, DeviceObj)
	External (\_SB.PCI0.SHADOW, DeviceObj)
#else
	Scope (\_SB.PCI0)
	{
		Device (PORT)
		{
			Name (_ADR, PORT_ADDRESS)
		}
		Device (SHADOW)
		{
			Name (_ADR, SHADOW_ADDRESS)
		}
	}
#endif

#ifndef NO_POWER_RESOURCE
	// Bridges are asked in turn whether a bus number is theirs, and the
	// shadow is asked before the GPU's port. With the port's numbers it
	// takes every config access meant for the GPU, which then reads all
	// ones, whatever the kernel restores in the port itself.
	Scope (\_SB.PCI0.SHADOW)
	{
		OperationRegion (CONF, PCI_Config, 0, 0x100)
		Field (CONF, WordAcc, NoLock, Preserve)
		{
			Offset (0x18),
			BUSL, 16,	// primary and secondary bus
			BUSH, 8,	// subordinate bus
		}
		Name (OWNL, 0)
		Name (OWNH, 0)
		Name (TOOK, Zero)

		Method (TAKE, 2, Serialized)
		{
			If (!TOOK)
			{
				OWNL = BUSL
				OWNH = BUSH
				TOOK = One
			}
			BUSH = Arg1
			BUSL = Arg0
		}

		Method (GIVE, 0, Serialized)
		{
			If (TOOK)
			{
				BUSL = OWNL
				BUSH = OWNH
				TOOK = Zero
			}
		}
	}

	Scope (\_SB.PCI0.PORT)
	{
		OperationRegion (CONF, PCI_Config, 0, 0x100)
		Field (CONF, WordAcc, NoLock, Preserve)
		{
			Offset (0x18),
			BUSL, 16,
			BUSH, 8,
			Offset (SLOT_CONTROL),
			, 8,
			PIND, 2,	// power indicator: 1 on, 3 off
			PCTL, 1,	// power controller: 1 is off
		}

		// 16 bytes of the BIOS data area are there for programs to talk.
		// A command in the laptop stores how many wakes shall fail, at
		// once or late.
		OperationRegion (TALK, SystemMemory, 0x4F0, 0x10)
		Field (TALK, ByteAcc, NoLock, Preserve)
		{
			Offset (INDEX),
			FAIL, 8,
			, 24,
			LATE, 8,
		}

		OperationRegion (LOGP, SystemIO, 0xE9, 1)
		Field (LOGP, ByteAcc, NoLock, Preserve)
		{
			LOGB, 8,
		}

		Name (CUTS, 0)
		Name (WAKS, 0)
		Name (LIVE, One)
		Name (DOOM, Zero)

		// "OFF GPU0 3 12345678900": the third cut, that many nanoseconds
		// after the boot. Linux answers Timer from its tick, so that is
		// good to 4 ms.
		Method (LOGL, 2, Serialized)
		{
			Local0 = Concatenate (Concatenate (Arg0, " "), Concatenate (LABEL, " "))
			Local0 = Concatenate (Local0, ToDecimalString (Arg1))
			Local0 = Concatenate (Local0, " ")
			Local0 = Concatenate (Local0, ToDecimalString (Timer))
			Local0 = Concatenate (Local0, "00\n")
			Local1 = 0
			Local2 = SizeOf (Local0)
			While (Local1 < Local2)
			{
				LOGB = DerefOf (Local0 [Local1])
				Local1++
			}
		}

		PowerResource (POWR, 0, 0)
		{
			Method (_STA, 0, Serialized)
			{
				Return (LIVE)
			}

			Method (_ON, 0, Serialized)
			{
				WAKS++
				LIVE = One
				If (FAIL > 0)
				{
					FAIL--
					\_SB.PCI0.SHADOW.TAKE (BUSL, BUSH)
					LOGL ("FAIL", WAKS)
				}
				Else
				{
					\_SB.PCI0.SHADOW.GIVE ()
					PIND = 1
					PCTL = 0
					LOGL ("ON", WAKS)
					If (LATE > 0)
					{
						LATE--
						DOOM = One
					}
				}
			}

			// The indicator stays on: with both off, QEMU takes the
			// devices out of the slot.
			Method (_OFF, 0, Serialized)
			{
				CUTS++
				LIVE = Zero
				DOOM = Zero
				\_SB.PCI0.SHADOW.GIVE ()
				PIND = 1
				PCTL = 1
				LOGL ("OFF", CUTS)
			}
		}

		Name (_PR0, Package () { POWR })
		Name (_PR3, Package () { POWR })
		Name (_S0W, 4)

#ifdef GPU_BELOW
		// The kernel runs _PS0 when it powers up the GPU's first
		// function, after the port has resumed: here a late failure
		// strikes.
		Device (GFX0)
		{
			Name (_ADR, 0)
			Method (_PS3)
			{
			}
			Method (_PS0, 0, Serialized)
			{
				If (DOOM)
				{
					DOOM = Zero
					\_SB.PCI0.SHADOW.TAKE (BUSL, BUSH)
					LOGL ("FAIL", WAKS)
				}
			}
#ifdef ROM
			Name (ROMB, Buffer ()
			{
#include ROM
			})
			// Beyond the end there is nothing.
			Method (_ROM, 2, Serialized)
			{
				Return (Mid (ROMB, Arg0, Arg1))
			}
#endif
		}
#endif
	}
#endif
}
