package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"usarena/arena"
	"usarena/info"
)

const recoverText = `Take over what processes left that died while they used an arena.

This also happens by itself: when a process joins, when one waits for a dead one,
and before an allocation reports that the arena is full. The command does it now.
A dead process's slot becomes free for others; its blocks stay, since others may
refer to them, and are listed as orphans (or are freed at once in an arena that
was made with --reclaim-on-death). Recovery can be interrupted and repeated at
any point.`

func recoverCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "recover NAME", Short: "take over dead users", Long: recoverText, Args: needName,
		Example: `  usarena recover /dev/shm/mine`,
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		r, err := recoverNow(c, args[0])
		if err != nil {
			return advise(c, args[0], err)
		}
		if asJSON(c) {
			return writeJSON(c.OutOrStdout(), r)
		}
		printRecovery(c, args[0], r)
		return nil
	}
	return c
}

// recovered is what was taken over, and what is orphaned in the arena now.
type recovered struct {
	info.Recovery
	Orphans     uint64 `json:"orphans"`
	OrphanBytes uint64 `json:"orphan_bytes"`
}

// recoverNow counts the dead before it joins: joining may take a dead user's
// slot, which recovers that user, unseen by Recover.
func recoverNow(c *cobra.Command, name string) (r recovered, err error) {
	users, err := info.Users(name)
	if err != nil {
		return r, err
	}
	dead := 0
	for _, u := range users {
		if u.State == info.StateDead {
			dead++
		}
	}
	a, err := arena.Join(name)
	if err != nil {
		return r, err
	}
	r.Recovery, err = a.Recover(c.Context())
	r.Users = max(r.Users, dead)
	if err = errors.Join(err, a.Close()); err != nil {
		return r, err
	}
	for b, err := range info.Walk(name) {
		if err != nil {
			return r, err
		}
		if b.Orphan {
			r.Orphans++
			r.OrphanBytes += b.Size
		}
	}
	return r, nil
}

func printRecovery(c *cobra.Command, name string, r recovered) {
	out := c.OutOrStdout()
	if r.Users == 0 {
		fmt.Fprintf(out, "%s: nobody has died\n", name)
	} else {
		fmt.Fprintf(out, "%s: %s recovered\n", name, plural(r.Users, "dead user"))
	}
	if r.Held > 0 || r.Units > 0 {
		fmt.Fprintf(out, "  %s they held, whose next owners are told, and %s of semaphores came back\n", plural(r.Held, "lock"), plural(r.Units, "unit"))
	}
	if r.Freed > 0 {
		fmt.Fprintf(out, "  %s were freed\n", bytes(r.Freed))
	}
	if r.Orphans > 0 {
		fmt.Fprintf(out, "  %s (%s) are orphans: dead processes left them, others may still refer to them\n", plural(r.Orphans, "block"), bytes(r.OrphanBytes))
	}
}
