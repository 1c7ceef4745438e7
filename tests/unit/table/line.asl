// SPDX-License-Identifier: GPL-2.0-only
//
// Part of power.asl when it is tested: the line it reads, the clock, and what is
// notified: in order, and at once, while acpiexec has threads for that.

#define READ_LSR	TLSR ()
#define READ_RBR	TRBR ()
#define NOW		TNOW
#define NOTIFY(device, value)	TTEL (#device, value)

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

		Method (TSET, 1)
		{
			TNOW = Arg0
		}

		Method (TPAS, 1)
		{
			TPAU = Arg0
		}

		Method (TOFF, 1)
		{
			TOPN = Arg0
		}

		// A reset of the machine, as far as the UART is concerned.
		Method (TRST)
		{
			IER = 0
			RBR = 0
		}

		Name (TTOL, "")

		Method (TTEL, 2, Serialized)
		{
			TTOL = Concatenate (Concatenate (TTOL, Arg0), ToHexString (Arg1))
		}

		// Looks, and returns what that notified.
		Method (TLOO, 1, Serialized)
		{
			TTOL = ""
			RECV (Arg0)
			Return (TTOL)
		}

#ifndef NO_HEARTBEAT
		Method (TBEA, 0, Serialized)
		{
			TTOL = ""
			\_SB.GPHB._TMP ()
			Return (TTOL)
		}

#endif
#ifndef NO_EVENT
		Method (TEVE, 0, Serialized)
		{
			TTOL = ""
			\_SB.GPEV._EVT (5)
			Return (TTOL)
		}

#endif
