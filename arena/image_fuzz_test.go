package arena_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"usarena/arena"
	"usarena/arena/arenatest"
	"usarena/config"
	"usarena/internal/layout"
)

// FuzzImage changes bytes of an arena that others have used, and then uses it:
// every call may fail, none may panic or go on for ever. Each 6 bytes of edits
// are a place and a value; places are spread over the metadata.
func FuzzImage(f *testing.F) {
	f.Add([]byte{0, 0, 2, 0, 1, 1})
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 2))
		b := make([]byte, 6*(1+r.IntN(30)))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	cfg := &config.Config{Size: 128 << 10, MaxSize: 512 << 10, Users: 4}
	f.Fuzz(func(t *testing.T, edits []byte) {
		name := arenatest.Name(t)
		a := mustCreate(t, name, cfg)
		var held []arena.Offset
		for i := range uint64(60) {
			held = append(held, mustMalloc(t, a, 16<<(i%10)))
		}
		for i := 0; i < len(held); i += 3 {
			a.Free(held[i])
		}
		g, err := layout.Plan(uint64(cfg.MaxSize), uint64(cfg.Users))
		if err != nil {
			t.Fatal(err)
		}
		for ; len(edits) >= 6; edits = edits[6:] {
			at := layout.ConstSize + uint64(binary.LittleEndian.Uint32(edits))%(g.GuardOff-layout.ConstSize)
			if at >= layout.ConstSize && at < layout.ConstSize+8 {
				at += 64 // committed: a file that is too short is met by a fault, see Guard
			}
			if err := arenatest.WriteAt(name, edits[4:6], int64(at)); err != nil {
				t.Fatal(err)
			}
		}
		use(a, held)
		if b, err := arena.Join(name); err == nil {
			use(b, held)
			b.Close()
		}
		if b, err := arena.OpenReadOnly(name); err == nil {
			b.Stats()
			for range b.Blocks() {
			}
			arena.Root[uint64](b)
			b.Close()
		}
		a.Close()
	})
}

// use calls whatever there is, whatever comes of it.
func use(a *arena.Arena, held []arena.Offset) {
	for i := range uint64(40) {
		if p, err := a.Malloc(8 << (i % 14)); err == nil {
			held = append(held, p)
		}
	}
	for i, p := range held {
		switch i % 4 {
		case 0:
			a.BlockSize(p)
		case 1:
			a.Realloc(p, 3000)
		default:
			a.Free(p)
		}
	}
	arena.Root[uint64](a)
	a.Recover(t0)
	a.Stats()
	a.Users()
	a.Self()
	a.Mallinfo()
	for range a.Blocks() {
	}
}
