// SPDX-License-Identifier: GPL-2.0-only
//
// Part of power.asl when it is tested: the line it reads, and the clock.

#define READ_LSR	TLSR ()
#define READ_RBR	TRBR ()
#define NOW		TNOW

		Name (TNOW, 0)			// in units of 100 ns
		Name (TDAT, Buffer (4096) {})	// what the line brings
		Name (TLEN, 0)			// bytes in it
		Name (TPOS, 0)			// those that were read
		Name (TPAU, 0)			// how often to say there is nothing before each
		Name (TWAI, 0)			// how often it was said
		Name (TOPN, 0)			// no UART: an open bus

		Method (TLSR)
		{
			If (TOPN)
			{
				Return (0xFF)
			}
			If (TPOS == TLEN)
			{
				Return (0x60)
			}
			If (TWAI < TPAU)
			{
				TWAI++
				Return (0x60)
			}
			Return (0x61)
		}

		Method (TRBR, 0, Serialized)
		{
			TWAI = 0
			TPOS++
			Return (DerefOf (TDAT[TPOS - 1]))
		}

		// Puts a buffer on the line.
		Method (TPUT, 1, Serialized)
		{
			Local0 = 0
			While (Local0 < SizeOf (Arg0))
			{
				TDAT[TLEN] = DerefOf (Arg0[Local0])
				TLEN++
				Local0++
			}
		}
