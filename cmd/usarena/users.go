package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"usarena/info"
)

const usersText = `List the processes that are attached to an arena, a user slot each.

A slot is live as long as the kernel holds its lock for the process. A slot that
is "dead" belonged to a process that ended without closing the arena; the next
process that needs something of it recovers it, or usarena recover does. Pids are
those of the process's own pid namespace and only for people to read.

HOLDS and WAITS FOR name locks, semaphores and reader-writer locks by their
offsets, as usarena locks does. Below the list stand processes that wait for each
other in a circle: a possible deadlock.`

func usersCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "users NAME", Short: "who uses an arena", Long: usersText, Args: needName,
		Example: `  usarena users /dev/shm/mine
  usarena users --json /dev/shm/mine | jq '.[] | select(.state == "dead")'`,
	}
	c.RunE = func(c *cobra.Command, args []string) error {
		users, err := info.Users(args[0])
		if err != nil {
			return advise(c, args[0], err)
		}
		out := c.OutOrStdout()
		if asJSON(c) {
			for i := range users {
				users[i].Holds = append([]string{}, users[i].Holds...)
				users[i].WaitsFor = append([]string{}, users[i].WaitsFor...)
			}
			return writeJSON(out, append([]info.User{}, users...))
		}
		if len(users) == 0 {
			fmt.Fprintf(out, "%s: nobody is attached\n", args[0])
			return nil
		}
		circles, err := info.Deadlocks(args[0])
		if err != nil {
			return advise(c, args[0], err)
		}
		printUsers(out, users)
		printCircles(out, circles)
		return nil
	}
	return c
}

func printUsers(out io.Writer, users []info.User) {
	w := table(out)
	defer w.Flush()
	fmt.Fprintln(w, "SLOT\tSTATE\tPID\tSINCE\tHOLDS\tWAITS FOR")
	for _, u := range users {
		state := u.State
		if u.Stopped {
			state += ", stopped"
		}
		fmt.Fprintf(w, "%d\t%s\t%d\t%s\t%s\t%s\n", u.Slot, state, u.Pid, ago(u.Since), listed(u.Holds), listed(u.WaitsFor))
	}
}

// ago is a time as people say it.
func ago(t time.Time) string {
	if t.IsZero() || t.Unix() == 0 {
		return "?"
	}
	return t.Format(time.DateTime) + " (" + time.Since(t).Round(time.Second).String() + ")"
}

func listed(s []string) string {
	if len(s) == 0 {
		return "-"
	}
	return strings.Join(s, ", ")
}
