package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"usarena/info"
)

const locksText = `List the locks, semaphores, barriers and other objects of an arena: who holds
each, and how many goroutines wait for it.

Nothing is taken: no user slot, no lock. So the command works while everything
is stuck, and says what it is stuck on. An owner that is "stopped" (by a signal
or a debugger) lives and keeps what it holds; one that is "dead" does not, and
whoever wants the lock next gets it and is told. TRIES, HITS and SPINS are counted
where the arena's lock type says so (usarena create --locktype debug), for
semaphores where somebody turned it on; else they are "-".

Below the list stand processes that wait for each other in a circle. Such a
circle is a possible deadlock: a process has many goroutines, and another one
than the one that waits may still give up what the process holds. usarena users
shows the same by process.

With --json every object is a line, with its owner's slot or 0 for nobody. A
possible deadlock is a line {"deadlock": …} after them.`

func locksCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "locks NAME", Short: "who holds and who waits", Long: locksText, Args: needName,
		Example: `  usarena locks /dev/shm/mine
  usarena locks --json /dev/shm/mine | jq 'select(.waiters > 0)'
  usarena locks --json /dev/shm/mine | jq 'select(.holder.stopped) | .holder.pid'`,
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		objects, err := info.Objects(args[0])
		if err != nil {
			return advise(c, args[0], err)
		}
		circles, err := info.Deadlocks(args[0])
		if err != nil {
			return advise(c, args[0], err)
		}
		out := c.OutOrStdout()
		if asJSON(c) {
			return listObjects(out, objects, circles)
		}
		if len(objects) == 0 {
			fmt.Fprintf(out, "%s: no locks, semaphores or barriers\n", args[0])
			return nil
		}
		printObjects(out, objects)
		printCircles(out, circles)
		return nil
	}
	return c
}

// listObjects writes a line an object, then a line a circle.
func listObjects(out io.Writer, objects []info.Object, circles []info.Deadlock) error {
	for _, x := range objects {
		if err := writeJSON(out, x); err != nil {
			return err
		}
	}
	for _, d := range circles {
		if err := writeJSON(out, d); err != nil {
			return err
		}
	}
	return nil
}

func printObjects(out io.Writer, objects []info.Object) {
	w := table(out)
	defer w.Flush()
	fmt.Fprintln(w, "KIND\tOFFSET\tSTATE\tOWNER\tWAITERS\tTRIES\tHITS\tSPINS")
	for _, x := range objects {
		kind, tries, hits, spins := x.Kind, "-", "-", "-"
		if len(x.Options) > 0 {
			kind += " (" + strings.Join(x.Options, ", ") + ")"
		}
		if x.Metered() {
			tries, hits, spins = strconv.FormatInt(x.Tries, 10), strconv.FormatInt(x.Hits, 10), strconv.FormatInt(x.Spins, 10)
		}
		fmt.Fprintf(w, "%s\t%#x\t%s\t%s\t%s\t%s\t%s\t%s\n", kind, x.Offset, x.State, owners(&x), waiters(&x), tries, hits, spins)
	}
}

// owners names who has an object: the owner, else readers, users with units,
// parties.
func owners(x *info.Object) string {
	var parts []string
	if x.Holder != nil {
		parts = append(parts, holder(x.Holder, ""))
	}
	for _, h := range x.Readers {
		parts = append(parts, holder(&h, "reads"))
	}
	for _, h := range x.Parties {
		parts = append(parts, holder(&h, "party"))
	}
	for _, h := range x.Takers {
		parts = append(parts, holder(&h, plural(h.Units, "unit")))
	}
	if len(parts) == 0 && x.Uses != nil && x.Uses.OwnerPid != 0 {
		parts = append(parts, fmt.Sprintf("pid %d took it last", x.Uses.OwnerPid))
	}
	const most = 5
	if n := len(parts); n > most {
		parts = append(parts[:most], fmt.Sprintf("and %d more", n-most))
	}
	return listed(parts)
}

// holder is a user for people: "user 3 (pid 4711, stopped)".
func holder(h *info.Holder, what string) string {
	var notes []string
	if h.Pid != 0 {
		notes = append(notes, fmt.Sprintf("pid %d", h.Pid))
	}
	if h.Dead {
		notes = append(notes, "dead")
	}
	if h.Stopped {
		notes = append(notes, "stopped")
	}
	if what != "" {
		notes = append(notes, what)
	}
	text := fmt.Sprintf("user %d", h.Slot)
	if len(notes) > 0 {
		text += " (" + strings.Join(notes, ", ") + ")"
	}
	return text
}

// waiters is how many wait and whose they are: "3 of user 2", "4 of users 2, 5".
func waiters(x *info.Object) string {
	var users []string
	for _, w := range x.Waiting {
		if slot := strconv.Itoa(w.Slot); len(users) == 0 || users[len(users)-1] != slot {
			users = append(users, slot)
		}
	}
	const most = 5
	of := " of user "
	switch n := len(users); {
	case n == 0:
		return "0"
	case n > most:
		users = append(users[:most], fmt.Sprintf("%d more", n-most))
		fallthrough
	case n > 1:
		of = " of users "
	}
	return strconv.Itoa(x.Waiters) + of + strings.Join(users, ", ")
}

// printCircles says who waits for whom.
func printCircles(out io.Writer, circles []info.Deadlock) {
	for i, d := range circles {
		if i == 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "possible deadlock: %s\n", d)
	}
}
