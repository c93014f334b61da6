package model

import "fmt"

// States of a slot's word in the models of locks and their kin.
const (
	slotFree uint8 = iota
	slotLive
	slotDead
)

// crew is who uses the arena: process p attaches to slot p+1, again and again,
// each time in a new generation.
type crew struct {
	Byte  [3]uint8 // who holds the slot's byte: 0 or process+1
	State [3]uint8
	Gen   [3]uint8
	Kills uint8 // that may still happen
}

// board attaches process p.
func (c *crew) board(p uint8) { c.Byte[p], c.State[p] = p+1, slotLive }

// gone is what everybody finds out about the user of process p's slot in a
// generation. A yes stays true for ever, so that it takes several loads does not
// matter.
func (c *crew) gone(p, gen uint8) bool {
	return c.Gen[p] != gen || c.State[p] != slotLive || c.Byte[p] == 0
}

// left says the same of whoever has slot p now.
func (c *crew) left(p uint8) bool { return c.gone(p, c.Gen[p]) }

// drop is what the kernel does when process p is killed.
func (c *crew) drop(p uint8) {
	for s := range c.Byte {
		if c.Byte[s] == p+1 {
			c.Byte[s] = 0
		}
	}
	c.Kills--
}

// claimable says that process by may begin to recover slot p: somebody has used
// it and nobody holds its byte. For its own slot: a new process may attach.
func (c *crew) claimable(p, by uint8) bool {
	return c.Byte[p] == 0 && (p == by || c.State[p] != slotFree)
}

// settle ends what process by does with the byte of slot p, when all is repaired:
// the slot is free, and a recoverer gives the byte back, the next user of the
// slot begins its life.
func (c *crew) settle(p, by uint8) {
	c.State[p] = slotFree
	if p != by {
		c.Byte[p] = 0
		return
	}
	c.Gen[p]++
	c.State[p] = slotLive
}

// swap exchanges the names of two processes.
func (c *crew) swap(p, q uint8) {
	c.Byte[p], c.Byte[q] = c.Byte[q], c.Byte[p]
	c.State[p], c.State[q] = c.State[q], c.State[p]
	c.Gen[p], c.Gen[q] = c.Gen[q], c.Gen[p]
	for i, b := range c.Byte {
		if b != 0 {
			c.Byte[i] = other(b-1, p, q) + 1
		}
	}
}

// other is the new name of process x when p and q exchange theirs.
func other(x, p, q uint8) uint8 {
	switch x {
	case p:
		return q
	case q:
		return p
	}
	return x
}

// sort brings n processes in order.
func sort(n int, less func(p, q uint8) bool, swap func(p, q uint8)) {
	for i := 1; i < n; i++ {
		for j := i; j > 0 && less(uint8(j), uint8(j-1)); j-- {
			swap(uint8(j), uint8(j-1))
		}
	}
}

// String is one line for people.
func (c crew) String() string {
	t := ""
	for p := range c.Byte {
		if c.State[p] == slotFree && c.Gen[p] == 0 {
			continue
		}
		t += fmt.Sprintf("%d.%d%s", p+1, c.Gen[p], [...]string{"free", "", "dead"}[c.State[p]])
		switch b := c.Byte[p]; {
		case b == 0:
			t += "†"
		case int(b) != p+1:
			t += fmt.Sprintf("(%d)", b)
		}
		t += " "
	}
	return t
}
