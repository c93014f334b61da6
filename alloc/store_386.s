//go:build 386.sse2 && !race

#include "textflag.h"

// func storeA(p *uint64, v uint64)
TEXT ·storeA(SB), NOSPLIT, $0-12
	MOVL p+0(FP), AX
	MOVQ v+4(FP), X0
	MOVQ X0, (AX)
	RET
