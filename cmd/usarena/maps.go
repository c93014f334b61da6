package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"usarena/info"
)

const mapsText = `List the shared segments that a process has mapped, by address: POSIX shared memory
objects, System V segments, memfds, files and anonymous memory that it shares with
its children. An arena is told as such, with the process's user slot in it. Arenas
are mapped in several pieces.

The process must be this user's, or root asks.`

func mapsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "maps PID", Short: "the shared segments that a process has mapped", Long: mapsText,
		Example: "  usarena maps $(pgrep -n usarena)",
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage(c, "%d processes given, the id of one is needed", len(args))
		}
		if n, err := strconv.Atoi(args[0]); err != nil || n < 1 {
			return usage(c, "%q: is no process id", args[0])
		}
		return nil
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		pid, _ := strconv.Atoi(args[0])
		all, err := sharedMappings(pid)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("usarena: maps: %d: there is no such process", pid)
		case errors.Is(err, fs.ErrPermission):
			return fmt.Errorf("usarena: maps: %d: is another user's process, root may look: %w", pid, err)
		case err != nil:
			return err
		}
		tellArenas(all, pid)
		if asJSON(c) {
			return writeJSON(c.OutOrStdout(), append([]mapping{}, all...))
		}
		if len(all) == 0 {
			fmt.Fprintf(c.OutOrStdout(), "%d: shares no memory\n", pid)
			return nil
		}
		return columns(c, "ADDRESS\tSIZE\tACCESS\tFAMILY\tNAME\tWHAT", func(w *tabwriter.Writer) {
			total := uint64(0)
			for i := range all {
				m := &all[i]
				total += m.Size
				fmt.Fprintf(w, "%016x\t%s\t%s\t%s\t%s\t%s\n", m.From, bytes(m.Size), m.Access, m.Family, m.Name, m.what())
			}
			fmt.Fprintf(w, "total\t%s\n", bytes(total))
		})
	}
	return c
}

// what is what else is known of a mapping.
func (m *mapping) what() string {
	var parts []string
	if m.Family == "sysv" {
		parts = append(parts, fmt.Sprintf("shmid %d", m.ID))
	}
	if m.Arena {
		parts = append(parts, "arena")
	}
	if m.Slot > 0 {
		parts = append(parts, fmt.Sprintf("slot %d", m.Slot))
	}
	text := "-"
	if len(parts) > 0 {
		text = strings.Join(parts, ", ")
	}
	if m.Gone {
		text += " (removed)"
	}
	return text
}

// tellArenas notes which mappings are of arenas, and the slots of the process there.
func tellArenas(all []mapping, pid int) {
	for i := range all {
		m := &all[i]
		if i > 0 && m.sameObject(all[i-1]) {
			m.Arena, m.Slot = all[i-1].Arena, all[i-1].Slot
			continue
		}
		name := m.Name
		switch {
		case m.Family == "sysv":
			key, _ := strconv.ParseUint(strings.TrimPrefix(m.Name, "key "), 0, 32)
			name = sysvName(fmt.Sprintf("%#x", key))
		case m.Family == "memfd":
			name = descriptorOf(pid, m.inode)
		case m.Gone || m.Family != "posix" && m.Family != "file":
			continue
		}
		users, err := info.Users(name)
		m.Arena = err == nil
		for _, u := range users {
			if u.Pid == pid && u.State == "live" {
				m.Slot = u.Slot
			}
		}
	}
}
