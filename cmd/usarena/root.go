package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

const rootText = `A shared arena is a file that unrelated processes map and share a heap in:
malloc and free, typed pointers, one root. Any of them may be killed at any
instruction; the others go on and nothing is lost.

An arena is named by one string, here and in the API:

  /path/file, ./file   a regular file, on tmpfs (/dev/shm) or a disk
  shm:/name            a POSIX shared memory object
  memfd:               anonymous, for the processes that inherit it
  sysv:KEY             a System V segment, of a fixed size; KEY as in 0x1234

Exit status: 0 done or yes, 1 the answer is no, 2 could not do it or wrong use.`

const rootExample = `  usarena demo                                 watch processes share a heap
  usarena create /dev/shm/mine --max 1GiB      make an arena
  usarena info /dev/shm/mine                   what is in it
  usarena locks /dev/shm/mine                  who waits for whom
  usarena check /dev/shm/mine && echo sound    is it sound?`

// errNo ends a command with status 1: it did its work, and the answer is no.
var errNo = errors.New("no")

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "usarena",
		Short:         "shared arenas: a heap that unrelated processes share",
		Long:          rootText,
		Example:       rootExample,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.PersistentFlags().Bool("json", false, "write JSON to standard output, one value a line")
	root.AddCommand(
		createCommand(), infoCommand(), usersCommand(), locksCommand(), checkCommand(), recoverCommand(), repairCommand(),
		copyCommand(), listCommand(), cleanCommand(), mapsCommand(), shmCommand(), sysvCommand(), mapCommand(), replayCommand(), benchCommand(), demoCommand(), tortureCommand(),
	)
	return root
}

// run is main with a result: the exit status. An interrupt ends the context, so
// that every command removes what it made; a closed pipe counts as one.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errNo):
		return 1
	case ctx.Err() != nil:
		fmt.Fprintf(os.Stderr, "usarena: %s: interrupted\n", cmd.Name())
		return 2
	}
	fmt.Fprintf(os.Stderr, "usarena: %s\n", strings.TrimPrefix(err.Error(), "usarena: "))
	if isUsage(err) {
		fmt.Fprintf(os.Stderr, "see: %s --help\n", cmd.CommandPath())
	}
	return 2
}

// isUsage tells mistakes of typing from failures; those that cobra finds are
// known by its words for them.
func isUsage(err error) bool {
	if _, ok := errors.AsType[usageError](err); ok {
		return true
	}
	for _, s := range []string{"unknown command", "unknown flag", "unknown shorthand", "invalid argument \"", "flag needs an argument"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}
