package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"usarena/arena"
	"usarena/arena/segment"
	"usarena/info"
)

const listText = `List the arenas of this machine: those in /dev/shm, those in System V segments, and
those that processes of this user have mapped, wherever their files are; anonymous ones
by a descriptor of a process that has it. If directories are named, the arenas in them
and no others.

  live       processes use it
  idle       nobody uses it; all who did have closed it
  left over  nobody uses it, and some who did died; or a System V segment whose lock
             file is gone

Idle is no reason to remove an arena: its contents may be wanted tomorrow.`

func listCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "list [DIRECTORY...]", Short: "the arenas of this machine", Long: listText,
		Example: "  usarena list\n  usarena list /var/lib/myprogram",
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		all, err := arenas(args)
		if err != nil {
			return err
		}
		if asJSON(c) {
			return writeJSON(c.OutOrStdout(), append([]found{}, all...))
		}
		if len(all) == 0 {
			fmt.Fprintln(c.OutOrStdout(), "no arenas")
			return nil
		}
		return columns(c, "NAME\tSTATE\tUSERS\tIN MEMORY\tCHANGED", func(w *tabwriter.Writer) {
			for _, f := range all {
				fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", f.Name, f.State, f.Users, bytes(f.Bytes), ago(f.changed))
			}
		})
	}
	return c
}

const cleanText = `Remove arenas that no living process uses, after a question for each. It looks
where usarena list does. An arena that somebody joins meanwhile stays.

Without --left-over those are removed, too, whose users all have closed them: their
contents may be wanted.`

func cleanCommand() *cobra.Command {
	var yes, leftOver bool
	c := &cobra.Command{
		Use: "clean [DIRECTORY...]", Short: "remove arenas that no living process uses", Long: cleanText,
		Example: "  usarena clean\n  usarena clean --left-over --yes /var/lib/myprogram",
	}
	c.Flags().BoolVar(&yes, "yes", false, "ask nothing")
	c.Flags().BoolVar(&leftOver, "left-over", false, "only those whose users died")
	c.RunE = func(c *cobra.Command, args []string) error {
		all, err := arenas(args)
		if err != nil {
			return err
		}
		var failed error // one that cannot be removed does not keep the others
		removed, answers := []string{}, bufio.NewReader(c.InOrStdin())
		for _, f := range all {
			if f.State == stateLive || leftOver && f.State != stateLeft {
				continue
			}
			if !yes {
				fmt.Fprintf(os.Stderr, "%s: %s, %s in memory. Remove it? [y/N] ", f.Name, f.State, bytes(f.Bytes))
				if !saysYes(answers) {
					continue
				}
			}
			switch err := arena.Remove(f.Name); {
			case errors.Is(err, arena.ErrBusy), errors.Is(err, fs.ErrNotExist): // it is in use, or gone by now
			case err != nil:
				failed = errors.Join(failed, err)
			default:
				removed = append(removed, f.Name)
				if !asJSON(c) {
					fmt.Fprintf(c.OutOrStdout(), "removed %s\n", f.Name)
				}
			}
		}
		if asJSON(c) {
			return errors.Join(writeJSON(c.OutOrStdout(), map[string][]string{"removed": removed}), failed)
		}
		if len(removed) == 0 {
			fmt.Fprintln(c.OutOrStdout(), "nothing removed")
		}
		return failed
	}
	return c
}

// The states of arenas.
const (
	stateLive = "live"
	stateIdle = "idle"
	stateLeft = "left over"
)

// found is an arena of this machine.
type found struct {
	Name    string `json:"name"`
	State   string `json:"state"`
	Users   int    `json:"users"` // that live
	Dead    int    `json:"dead"`  // slots of users that died and were not recovered
	Bytes   uint64 `json:"bytes"` // of memory or disk that its file takes
	changed time.Time
}

// arenas looks for them.
func arenas(dirs []string) (all []found, err error) {
	var names []string
	if len(dirs) == 0 {
		if names, err = mappedFiles(); err != nil {
			return nil, err
		}
		dirs = []string{segment.ShmDir}
	}
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, fmt.Errorf("usarena: list: %w", err)
		}
		for _, e := range entries {
			path, err := filepath.Abs(filepath.Join(dir, e.Name()))
			if key, ok := strings.CutPrefix(path, companion); ok {
				path = sysvName(key)
			}
			if err == nil && e.Type().IsRegular() {
				names = append(names, path)
			}
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if f, ok := look(name); ok {
			all = append(all, f)
		}
	}
	return append(all, lost(dirs)...), nil
}

// look says whether a file is an arena, and in which state.
func look(name string) (f found, ok bool) {
	users, err := info.Users(name)
	if err != nil {
		return f, false
	}
	f = found{Name: name, State: stateIdle}
	if key, ok := strings.CutPrefix(name, sysvPrefix); ok {
		if f.Bytes, f.changed, err = sizeOfSegment(key); err != nil {
			return f, false
		}
	} else if st, err := os.Stat(name); err != nil {
		return f, false
	} else {
		f.Bytes, f.changed = allocated(st), st.ModTime()
	}
	for _, u := range users {
		switch u.State {
		case "live":
			f.Users++
		case "dead":
			f.Dead++
		}
	}
	switch {
	case f.Users > 0:
		f.State = stateLive
	case f.Dead > 0:
		f.State = stateLeft
	}
	return f, true
}

// mappedFiles are the files that processes have mapped to be shared, as far as this
// user may look, and anonymous ones by their descriptors.
func mappedFiles() (names []string, err error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	seen := map[uint64]bool{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		all, _ := sharedMappings(pid) // it may have ended, or be another user's
		for _, m := range all {
			switch {
			case m.Family == "memfd" && !seen[m.inode]:
				if name := descriptorOf(pid, m.inode); name != "" {
					names, seen[m.inode] = append(names, name), true
				}
			case !m.Gone && (m.Family == "posix" || m.Family == "file"):
				names = append(names, m.Name)
			}
		}
	}
	return names, nil
}
